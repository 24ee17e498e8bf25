//! `escala new`: a scenario to start from.

use sim_core::diagnostic::suggest;

use crate::exit::{Exit, Failure};
use crate::output::Output;
use crate::question::question;
use crate::show::table::{Side, Table};

/// A model that comes with the command.
struct Template {
    /// The name of its file, without folder and ending.
    name: &'static str,
    /// Its folder in `models/`.
    topic: &'static str,
    text: &'static str,
}

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// Start a scenario from a template, or list the templates
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The template; without one, all are listed
    template: Option<String>,
    /// Replace the file of `--out` if there is one
    #[arg(long)]
    force: bool,
    /// The list as JSON
    #[arg(long)]
    json: bool,
}

/// Writes a template, or the list of them.
pub fn run(arguments: &Arguments, output: &Output) -> Result<Exit, Failure> {
    let Some(name) = &arguments.template else {
        list(arguments, output)?;
        return Ok(Exit::Fine);
    };
    let is_wanted = |template: &&Template| {
        template.name == name || format!("{}/{}", template.topic, template.name) == *name
    };
    let Some(template) = TEMPLATES.iter().find(is_wanted) else {
        let help = match suggest(name, TEMPLATES.iter().map(|template| template.name)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`escala new` lists them".to_owned(),
        };
        return Err(Failure::usage(format!("there is no template `{name}`")).with_help(help));
    };
    if let Some(path) = &output.file
        && path.exists()
        && !arguments.force
    {
        return Err(Failure::usage(format!("`{}` exists already", path.display()))
            .with_help("name another file, or add `--force` to replace it"));
    }
    output.results(template.text)?;
    if let Some(path) = &output.file {
        let path = path.display();
        output.note(&format!("wrote {path}; next: escala run {path}"));
    }
    Ok(Exit::Fine)
}

fn list(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    if arguments.json {
        let rows: Vec<_> = TEMPLATES
            .iter()
            .map(|template| {
                serde_json::json!({
                    "name": template.name, "topic": template.topic, "question": question(template.text),
                })
            })
            .collect();
        return output.json(&rows);
    }
    let mut table = Table::new(&[("template", Side::Left), ("topic", Side::Left), ("question", Side::Left)]);
    for template in TEMPLATES {
        table.row(vec![template.name.into(), template.topic.into(), question(template.text).into()]);
    }
    output.results(&table.render(output.style))?;
    output.note("\n`escala new NAME -o my.ron` writes one; then `escala run my.ron`.");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_templates_are_unique() {
        let mut names: Vec<_> = TEMPLATES.iter().map(|template| (template.topic, template.name)).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), TEMPLATES.len());
    }
}
