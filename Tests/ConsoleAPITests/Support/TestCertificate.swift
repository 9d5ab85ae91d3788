// A self-signed certificate for `localhost` that protects nothing but these tests. Valid for a hundred years.

enum TestCertificate {
    static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUJHxdV1CMakOY0cH4gJhd5WCO1RQwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE1MDYwMloYDzIxMjYxMDI4
        MTUwNjAyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATe+x8HBCZ0YNKgKsSUCBZ/d01yViBVk1ap4EDDbxpHr2LjgXvmOy9G
        aSYBpjdCi1x4inUUtAXJjv2azVvwigGFo28wbTAdBgNVHQ4EFgQUbRoPi+aOB+tJ
        9+3NDsuJQOSJ+iUwHwYDVR0jBBgwFoAUbRoPi+aOB+tJ9+3NDsuJQOSJ+iUwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSAAwRQIhAJxezZOOAaL5qA5IBa42fGKePB9pQ7RsaiRfO0DRmNEbAiAT
        E5jn1bpqK/rVJnMAXYRaFXHn+jMPjaNqu1CnKgdPQw==
        -----END CERTIFICATE-----
        """

    static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsh7/5F5FJKm+2ET1
        RORErAITc2T7NDxUfgy7Mw7wLiqhRANCAATe+x8HBCZ0YNKgKsSUCBZ/d01yViBV
        k1ap4EDDbxpHr2LjgXvmOy9GaSYBpjdCi1x4inUUtAXJjv2azVvwigGF
        -----END PRIVATE KEY-----
        """
}
