//! What a user says: the scenario as text, and as the tables it is read into.

pub mod read;
pub mod text;
