//! Two pinned threads that start together.

use super::{AtomicUsize, Ordering};

extern "C" {
    fn sched_setaffinity(process: i32, bytes: usize, mask: *const u64) -> i32;
    fn sched_yield() -> i32;
}

/// Spins; gives the processor away now and then, should somebody else need it to make progress.
pub struct Pause(u32);

impl Pause {
    pub fn new() -> Pause {
        Pause(0)
    }

    #[inline(always)]
    pub fn once(&mut self) {
        self.0 = self.0.wrapping_add(1);
        if self.0 & 0xFFFF == 0 {
            unsafe { sched_yield() };
        }
    }
}

/// Lets two threads through when both have come; any number of times.
pub struct Gate(AtomicUsize);

impl Gate {
    pub fn pass(&self) {
        let needed = self.0.fetch_add(1, Ordering::AcqRel) / 2 * 2 + 2;
        let mut pause = Pause::new();
        while self.0.load(Ordering::Acquire) < needed {
            pause.once();
        }
    }
}

pub fn on_two_processors<Result: Send>(body: impl Fn(usize, &Gate) -> Result + Sync) -> [Result; 2] {
    let gate = Gate(AtomicUsize::new(0));
    let run = |index: usize| {
        let mask = 1u64 << index;
        unsafe { sched_setaffinity(0, 8, &mask) };
        body(index, &gate)
    };
    std::thread::scope(|scope| {
        let threads = [scope.spawn(|| run(0)), scope.spawn(|| run(1))];
        threads.map(|thread| thread.join().expect("a thread failed"))
    })
}
