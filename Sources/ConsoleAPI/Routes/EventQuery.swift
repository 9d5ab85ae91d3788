// What a console asks the event stream for.

import AlertModel
import Hummingbird

/// The query and place of an event stream.
struct EventQuery: Hashable, Sendable {
    /// The centres asked for; empty means all of the officer's.
    let centres: Set<CentreID>
    /// The last sequence the console saw.
    let after: JournalSequence?
    /// False when the console named a place that is no sequence.
    let isPlaceKnown: Bool

    /// Reads `centre` (repeatable), `last_event_id`, and the header `Last-Event-ID`, which wins: a browser that
    /// reconnects repeats the old query but sends the new header.
    ///
    /// - Throws: `bad_query` naming the parameter, `not_your_centre` for what is no centre id.
    init(_ request: Request) throws(Problem) {
        var centres: Set<CentreID> = []
        var place: String?
        for (key, value) in request.uri.queryParameters {
            switch key {
            case "centre":
                guard let centre = try? CentreID(value) else { throw .notYourCentre }
                centres.insert(centre)
            case "last_event_id": place = String(value)
            default:
                throw .badQuery(
                    "Unknown parameter '\(key.prefix(64))'. Known: centre (repeatable), last_event_id.")
            }
        }
        self.centres = centres
        let named = request.headers[.lastEventID] ?? place
        after = named.flatMap(AlertID.init(text:)).map { JournalSequence($0.value) }
        // An empty Last-Event-ID is what a browser sends that has seen none.
        isPlaceKnown = named == nil || named == "" || after != nil
    }
}
