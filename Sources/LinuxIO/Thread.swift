// Operating-system threads for the agents of the alert path.

internal import CLinux
internal import Glibc

/// A running thread with a name and a nice value.
///
/// Every signal is blocked in it: the main thread alone takes signals, and writing to a closed socket
/// gives `EPIPE` instead of ending the process.
///
/// `@unchecked Sendable`: both fields are set before anyone else can see the object, and ``join()`` is
/// called by the owner alone, once.
public final class Thread: @unchecked Sendable {
    /// What `ps` and `top` show; the kernel keeps no more.
    public static let nameBytesMax = 15

    private let handle: pthread_t
    private var isJoined = false

    /// Starts a thread.
    ///
    /// - Parameters:
    ///   - name: at most ``nameBytesMax`` bytes are kept.
    ///   - nice: 0 is ordinary, larger is less urgent; below 0 needs privileges and is then left at 0.
    ///   - body: runs on the new thread; the thread ends with it.
    /// - Throws: ``Errno`` when the kernel gives no thread.
    public static func start(
        name: String, nice: Int32 = 0, body: @escaping @Sendable () -> Void
    ) throws(Errno) -> Thread {
        let start = Unmanaged.passRetained(Start(name: name, nice: nice, body: body))
        var handle = pthread_t()
        let status = pthread_create(
            &handle, nil,
            { raw in
                guard let raw else { return nil }
                Unmanaged<Start>.fromOpaque(raw).takeRetainedValue().run()
                return nil
            }, start.toOpaque())
        guard status == 0 else {
            start.release()
            throw Errno(code: status)
        }
        return Thread(handle: handle)
    }

    /// Waits until the thread ended. Once; not from the thread itself.
    public func join() {
        precondition(!isJoined, "a thread is joined once")
        isJoined = true
        let status = pthread_join(handle, nil)
        precondition(status == 0, "a thread cannot wait for itself")
    }

    private init(handle: pthread_t) { self.handle = handle }

    deinit {
        if !isJoined { pthread_detach(handle) }
    }

    /// What a new thread needs to begin.
    private final class Start {
        let name: String
        let nice: Int32
        let body: @Sendable () -> Void

        init(name: String, nice: Int32, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.nice = nice
            self.body = body
        }

        func run() {
            _ = clinux_block_signals()
            _ = String(decoding: name.utf8.prefix(Thread.nameBytesMax), as: UTF8.self)
                .withCString { clinux_name_thread($0) }
            // Refused without privileges; the thread then runs at the nice value it inherited.
            if nice != 0 { _ = clinux_set_thread_nice(nice) }
            body()
        }
    }
}
