// A connection that says nothing must not stay: TLS with a deadline for the handshake and the first bytes.

import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore

/// HTTP/1.1 and HTTP/2 over TLS, closing connections whose first decrypted bytes do not come in time.
struct FirstBytesChannel: ServerChildChannel {
    let base: HTTP2UpgradeChannel
    let within: TimeAmount

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        base.setup(channel: channel, logger: logger).flatMapThrowing { value in
            // Behind TLS and protocol negotiation: what comes here was decrypted.
            try channel.pipeline.syncOperations.addHandler(FirstBytesHandler(within: within))
            return value
        }
    }

    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        await base.handle(value: value, logger: logger)
    }
}

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
