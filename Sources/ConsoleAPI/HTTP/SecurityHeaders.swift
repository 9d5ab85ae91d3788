// Headers that every answer carries, and the check that a change was meant by the console's own page.

import HTTPTypes
import Hummingbird

extension Response {
    /// Puts on what keeps a browser from helping an attacker. `isAPI` answers are never kept anywhere.
    mutating func secure(isAPI: Bool) {
        headers[.contentSecurityPolicy] =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
        headers[.strictTransportSecurity] = "max-age=31536000"
        headers[.xContentTypeOptions] = "nosniff"
        headers[.referrerPolicy] = "no-referrer"
        headers[.crossOriginResourcePolicy] = "same-origin"
        if isAPI { headers[.cacheControl] = "no-store" }
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = name("Referrer-Policy")
    fileprivate static let crossOriginResourcePolicy = name("Cross-Origin-Resource-Policy")
    /// Where a console's event stream broke off.
    static let lastEventID = name("Last-Event-ID")

    /// A field name written in this file, so it is always valid.
    private static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}

/// Keeps other sites from using an officer's cookie (CSRF).
enum CrossSiteCheck {
    /// Lets a state-changing request pass when a foreign page cannot have made it.
    ///
    /// A page of another site can send neither a JSON content type nor our origin without the browser asking
    /// us first, and nobody here says yes.
    ///
    /// - Throws: `not_json` or `foreign_origin`.
    static func check(_ request: Request) throws(Problem) {
        let type = request.headers[.contentType]?.split(separator: ";").first ?? ""
        guard type.filter({ $0 != " " }).lowercased() == "application/json" else { throw .notJSON }
        guard let origin = request.headers[.origin] else { return }
        // Browsers leave the scheme's own port out of both, so that texts compare.
        guard let authority = request.head.authority?.lowercased(), !authority.isEmpty,
            origin.lowercased() == "https://\(authority)"
        else { throw .foreignOrigin(origin) }
    }
}
