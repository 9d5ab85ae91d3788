// The live stream of a console: who may have which centres, and the writer that pulls from its mailbox.

import AlertModel
import Hummingbird
import NIOCore

extension ConsoleResponder {
    /// Begins an event stream.
    ///
    /// - Throws: `not_your_centre`, `bad_query`, `too_many_streams`, `stopping`.
    func events(_ call: ConsoleCall) throws(Problem) -> Response {
        let officer = try call.officer()
        guard let session = call.admission.session else { throw .notSignedIn }
        let query = try EventQuery(call.request)
        let centres = query.centres.isEmpty ? Set(officer.centres) : query.centres
        guard centres.allSatisfy(officer.serves) else { throw .notYourCentre }
        // A HEAD would begin a stream that nobody reads.
        guard call.request.method == .get else { throw .wrongMethod(allow: "GET") }
        let ticket = StreamTicket(feed, try subscribe(centres, query, officer))
        let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-store"]
        let loop = call.loop
        let body = ResponseBody { writer in
            defer { ticket.giveBack() }
            // On the socket's own thread a change costs one wake-up, not two.
            try await withTaskExecutorPreference(loop) {
                try await self.stream(ticket.subscription, session: session, to: &writer)
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private func subscribe(
        _ centres: Set<CentreID>, _ query: EventQuery, _ officer: OfficerAccount
    ) throws(Problem) -> FeedSubscription {
        do throws(SubscriptionRefusal) {
            return try feed.subscribe(
                centres: centres, after: query.after, isKnown: query.isPlaceKnown, officer: officer.id)
        } catch {
            throw error == .stopping ? .stopping : .tooManyStreams
        }
    }

    /// Writes until the console leaves, the session ends or the gateway stops.
    private func stream(
        _ subscription: FeedSubscription, session: TokenHash, to writer: inout any ResponseBodyWriter
    ) async throws {
        try await writer.write(EventText.opening(of: subscription))
        while let signal = await subscription.next() {
            if signal == .heartbeat {
                // An open stream keeps its session in use; a session or right that is gone ends the stream.
                let account = try await gatekeeper.account(of: session)
                guard let account, subscription.centres.allSatisfy(account.serves) else { return }
            }
            try await writer.write(EventText.text(of: signal))
        }
    }
}

/// A stream's place in the feed, given back when its writer ends, or when nobody holds it any more: a connection
/// that is lost before the answer's head is out never gets a writer.
final class StreamTicket: Sendable {
    /// The place.
    let subscription: FeedSubscription
    private let feed: ConsoleFeed

    init(_ feed: ConsoleFeed, _ subscription: FeedSubscription) {
        self.feed = feed
        self.subscription = subscription
    }

    deinit { giveBack() }

    /// Ends the stream. Does nothing the second time.
    func giveBack() { feed.unsubscribe(subscription) }
}
