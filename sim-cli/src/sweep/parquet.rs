//! The table of a sweep as Parquet: the same rows and columns, typed.
//!
//! Row groups have a fixed number of rows and nothing tells who wrote the file, when, or with which library: equal rows
//! are equal bytes.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::{Type, TypePtr};

use super::table::Kind;
use crate::exit::Failure;
use crate::output::FileInMaking;

/// So many rows are in memory before they are written: 2 MiB of them.
const ROWS_IN_GROUP: usize = 1 << 12;

/// A file in the making.
pub struct Table {
    name: String,
    writer: SerializedFileWriter<FileInMaking>,
    columns: Vec<Column>,
    rows: usize,
}

/// The values of a column that are not written yet.
enum Column {
    Count(Vec<i32>),
    Seed(Vec<i64>),
    Text(Vec<ByteArray>),
    /// Numbers, and for each row whether there is one.
    Number(Vec<f64>, Vec<i16>),
}

impl Table {
    /// Begins a file with these columns.
    pub fn new(path: &Path, columns: &[(&str, Kind)]) -> Result<Table, Failure> {
        let name = path.display().to_string();
        let file = FileInMaking::new(path)?;
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by("escala".to_owned())
            .set_max_row_group_row_count(Some(ROWS_IN_GROUP))
            .set_max_row_group_bytes(None);
        let writer = schema(columns)
            .and_then(|schema| SerializedFileWriter::new(file, schema, Arc::new(properties.build())))
            .map_err(|error| cannot_write(&name, &error))?;
        let columns = columns.iter().map(|(_, kind)| Column::new(*kind)).collect();
        Ok(Table { name, writer, columns, rows: 0 })
    }

    /// Adds a row, a field for each column.
    pub fn push<'f>(&mut self, mut fields: impl Iterator<Item = Cow<'f, str>>) -> Result<(), Failure> {
        for column in &mut self.columns {
            let is_right = fields.next().is_some_and(|field| column.push(&field));
            if !is_right {
                return Err(unfit(&self.name));
            }
        }
        if fields.next().is_some() {
            return Err(unfit(&self.name));
        }
        self.rows += 1;
        if self.rows == ROWS_IN_GROUP { self.flush() } else { Ok(()) }
    }

    /// Writes what is left and gives the file its name.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.flush()?;
        let file = self.writer.into_inner().map_err(|error| cannot_write(&self.name, &error))?;
        file.finish()
    }

    fn flush(&mut self) -> Result<(), Failure> {
        let rows = std::mem::take(&mut self.rows);
        if rows == 0 {
            return Ok(());
        }
        self.write_group().map_err(|error| cannot_write(&self.name, &error))
    }

    fn write_group(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            let Some(mut writer) = group.next_column()? else { break };
            match column {
                Column::Count(values) => {
                    writer.typed::<Int32Type>().write_batch(values, None, None)?;
                    values.clear();
                }
                Column::Seed(values) => {
                    writer.typed::<Int64Type>().write_batch(values, None, None)?;
                    values.clear();
                }
                Column::Text(values) => {
                    writer.typed::<ByteArrayType>().write_batch(values, None, None)?;
                    values.clear();
                }
                Column::Number(values, is_there) => {
                    writer.typed::<DoubleType>().write_batch(values, Some(is_there), None)?;
                    values.clear();
                    is_there.clear();
                }
            }
            writer.close()?;
        }
        group.close().map(|_| ())
    }
}

impl Column {
    fn new(kind: Kind) -> Column {
        match kind {
            Kind::Count => Column::Count(Vec::new()),
            Kind::Seed => Column::Seed(Vec::new()),
            Kind::Text => Column::Text(Vec::new()),
            Kind::Number => Column::Number(Vec::new(), Vec::new()),
        }
    }

    /// Adds a field, unless it is none of this column.
    fn push(&mut self, field: &str) -> bool {
        match self {
            Column::Count(values) => field.parse().map(|value| values.push(value)).is_ok(),
            // Parquet keeps whole numbers without a sign in the bits of those with one.
            Column::Seed(values) => {
                field.parse::<u64>().map(|value| values.push(value.cast_signed())).is_ok()
            }
            Column::Text(values) => {
                values.push(ByteArray::from(field));
                true
            }
            Column::Number(_, is_there) if field.is_empty() => {
                is_there.push(0);
                true
            }
            Column::Number(values, is_there) => {
                is_there.push(1);
                field.replace('_', "").parse().map(|value| values.push(value)).is_ok()
            }
        }
    }
}

fn schema(columns: &[(&str, Kind)]) -> Result<TypePtr, ParquetError> {
    let column = |(name, kind): &(&str, Kind)| {
        let (physical, logical, repetition) = match kind {
            Kind::Count => (Physical::INT32, None, Repetition::REQUIRED),
            Kind::Seed => (Physical::INT64, Some(LogicalType::integer(64, false)), Repetition::REQUIRED),
            Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String), Repetition::REQUIRED),
            Kind::Number => (Physical::DOUBLE, None, Repetition::OPTIONAL),
        };
        let column = Type::primitive_type_builder(name, physical);
        column.with_logical_type(logical).with_repetition(repetition).build().map(Arc::new)
    };
    let fields = columns.iter().map(column).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("sweep").with_fields(fields).build().map(Arc::new)
}

fn unfit(name: &str) -> Failure {
    Failure::failed(format!("a part has a row that does not fit the columns of `{name}`"))
        .with_help("a part was changed: take the folder's `parts` away and give the same command again")
}

fn cannot_write(name: &str, error: &ParquetError) -> Failure {
    Failure::usage(format!("`{name}` cannot be written: {error}")).with_help("make room for it")
}
