// Runs a stream's task on the thread that writes its socket, so that a change costs one wake-up, not two.

import NIOCore

/// A task executor that is an event loop.
///
/// What runs on it must not block: the loop serves other connections, too.
final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop

    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
