// A connection that says nothing must not stay: TLS with a deadline for the handshake and the first bytes.

import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import Telemetry

/// HTTP/1.1 and HTTP/2 over TLS, closing connections whose first decrypted bytes do not come in time.
struct FirstBytesChannel: ServerChildChannel {
    let channels: ConsoleChannels
    let within: TimeAmount
    let addresses: ConnectionsByAddress
    let counters: Counters

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        let address = channel.remoteAddress?.ipAddress ?? "unknown"
        guard addresses.enter(address) else {
            counters.add(.consoleConnectionsRefused)
            return channel.eventLoop.makeFailedFuture(TooManyConnections())
        }
        channel.closeFuture.whenComplete { [addresses] _ in addresses.leave(address) }
        return channels.channel.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // Behind TLS and protocol negotiation: what comes here was decrypted.
            try channel.pipeline.syncOperations.addHandler(FirstBytesHandler(within: within))
            return value
        }
    }

    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        await channels.channel.handle(value: value, logger: logger)
    }
}

/// An address has all the connections that one may have. The server closes the connection without a word.
private struct TooManyConnections: Error {}

/// Closes its channel unless bytes come through in time, or when the server stops before; steps aside when they do.
/// Lives on its event loop.
private final class FirstBytesHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let within: TimeAmount
    private var deadline: Scheduled<Void>?

    init(within: TimeAmount) { self.within = within }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        deadline = context.eventLoop.scheduleTask(in: within) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { deadline?.cancel() }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The gateway stops, and nothing was asked on this connection: nobody else will close it.
        if event is ChannelShouldQuiesceEvent { context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        deadline?.cancel()
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}
