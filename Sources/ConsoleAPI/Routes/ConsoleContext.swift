// What Hummingbird hands along with a request: here, only who is at the other end.

import Hummingbird
import NIOCore

/// The context of a request.
struct ConsoleContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// The peer's IP address; `unknown` where there is no socket.
    let peer: String
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        peer = source.channel.remoteAddress?.ipAddress ?? "unknown"
        channel = source.channel
    }

    /// Where a stream's task is at home: on the thread that writes its socket.
    var executor: LoopExecutor { LoopExecutor(channel.eventLoop) }

    /// Closes the connection, or on HTTP/2 the request's stream, when the answer has had a second to get out.
    func closeSoon() {
        let channel = channel
        channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
    }
}
