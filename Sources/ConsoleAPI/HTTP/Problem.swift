// Every refusal of the API: RFC 9457 problem details that say what is wrong and how to put it right.

import AlertModel
import HTTPTypes
import Hummingbird
import NIOCore

/// A refusal, thrown by whatever finds the reason and answered in one place.
struct Problem: Error, Hashable, Sendable {
    /// The HTTP status.
    let status: HTTPResponse.Status
    /// A word for programs, permanent.
    let reason: String
    /// The reason in a few words, the same for every occurrence.
    let title: String
    /// What happened here and what to do about it.
    let detail: String
    /// Who has the alert now.
    var owner: OfficerID?
    /// Seconds after which trying again makes sense.
    var retryAfterS: Int?
    /// The methods that this path knows.
    var allow: String?
    /// Whether somebody was kept from something: audited and counted.
    var isDenial = false

    /// The answer.
    var response: Response {
        var headers: HTTPFields = [.contentType: "application/problem+json"]
        if let retryAfterS { headers[.retryAfter] = String(retryAfterS) }
        if let allow { headers[.allow] = allow }
        let body = JSONWriter.object { json in
            json.field("type", "urn:sos:problem:\(reason)")
            json.field("title", title)
            json.field("status", status.code)
            json.field("detail", detail)
            json.field("reason", reason)
            json.field("owner", owner?.description)
        }
        return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}
