//! Ctrl-C: the first one asks the command to come to an end, the second ends it at once.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Exit;

static IS_ASKED: AtomicBool = AtomicBool::new(false);

/// Starts to listen. Without a listener Ctrl-C still ends the process, only less politely.
pub fn listen() {
    let _ = ctrlc::set_handler(|| {
        if IS_ASKED.swap(true, Ordering::Relaxed) {
            std::process::exit(i32::from(Exit::Interrupted.code()));
        }
    });
}

/// Whether the user has pressed Ctrl-C.
pub fn is_asked() -> bool {
    IS_ASKED.load(Ordering::Relaxed)
}
