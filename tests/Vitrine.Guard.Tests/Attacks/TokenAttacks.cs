using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Attacks;

/// <summary>The attacks on bearer tokens. Each must end with the one answer for all, and with a private reason that has nothing of the token in it.</summary>
static class TokenAttacks
{
    static readonly string s_goodHeader = """{"alg":"RS256","kid":"rsa"}""";

    public static readonly Attack[] All =
    [
        // No signature, or one that anybody can make.
        Token("alg none", issuer => TestIssuer.Sign("""{"alg":"none"}""", issuer.Claims().ToJsonString(), _ => [])),
        Token("alg none with a signature", issuer => TestIssuer.Sign("""{"alg":"none"}""", issuer.Claims().ToJsonString(), text => issuer.Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))),
        Token("alg NoNe", issuer => TestIssuer.Sign("""{"alg":"NoNe"}""", issuer.Claims().ToJsonString(), _ => [0])),
        Token("alg missing", issuer => issuer.Token("""{"kid":"rsa"}""", issuer.Claims().ToJsonString(), "RS256")),
        Token("alg not a text", issuer => issuer.Token("""{"alg":["RS256"],"kid":"rsa"}""", issuer.Claims().ToJsonString(), "RS256")),
        Token("alg empty", issuer => issuer.Token("""{"alg":"","kid":"rsa"}""", issuer.Claims().ToJsonString(), "RS256")),
        Token("signature taken away", issuer => issuer.Token()[..(issuer.Token().LastIndexOf('.') + 1)]),
        Token("signature cut short", issuer => issuer.Token()[..^10]),
        Token("signature of another token", issuer => issuer.Token(issuer.Claims(("sub", "bob")))[..^342] + issuer.Token()[^342..]),
        Token("claims changed", issuer => Replace(issuer.Token(), 1, issuer.Claims(("roles", new JsonArray("sre"))).ToJsonString())),
        Token("header changed", issuer => Replace(issuer.Token(), 0, """{"alg":"PS256","kid":"rsa"}""")),
        Token("elliptic signature of zeros", issuer => TestIssuer.Sign("""{"alg":"ES256","kid":"curve"}""", issuer.Claims().ToJsonString(), _ => new byte[64])),
        Token("elliptic signature in DER", issuer => TestIssuer.Sign("""{"alg":"ES256","kid":"curve"}""", issuer.Claims().ToJsonString(), text => issuer.Curve.SignData(text, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence))),

        // A key for something else.
        Token("HS256 with the public key in PEM", issuer => Hmac(issuer, "rsa", Encoding.ASCII.GetBytes(issuer.Rsa.ExportSubjectPublicKeyInfoPem()))),
        Token("HS256 with the public key in DER", issuer => Hmac(issuer, "rsa", issuer.Rsa.ExportSubjectPublicKeyInfo())),
        Token("HS256 with the modulus", issuer => Hmac(issuer, "rsa", issuer.Rsa.ExportParameters(false).Modulus!)),
        Token("HS256 with the published set", issuer => Hmac(issuer, null, Encoding.UTF8.GetBytes(issuer.KeySet))),
        Token("HS256 with an empty key", issuer => Hmac(issuer, "rsa", [])),
        Token("algorithm that is not pinned", issuer => issuer.Token("RS512", "rsa")),
        Token("algorithm that the key is not for", issuer => TestIssuer.Sign("""{"alg":"PS256","kid":"rsa-rs256"}""", issuer.Claims().ToJsonString(), text => issuer.RsaForRs256.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss))),
        Token("kind of key that the algorithm is not for", issuer => issuer.Token("""{"alg":"ES256","kid":"rsa"}""", issuer.Claims().ToJsonString(), "ES256")),
        Token("another key of the same issuer", issuer => issuer.Token("""{"alg":"RS256","kid":"rsa-rs256"}""", issuer.Claims().ToJsonString(), "RS256")),

        // kid.
        Token("stranger's key under a known kid", issuer => Foreign(issuer, s_goodHeader)),
        Token("stranger's key without kid", issuer => Foreign(issuer, """{"alg":"RS256"}""")),
        Token("unknown kid", issuer => issuer.Token("RS256", "no-such-key")),
        Token("kid that is a path", issuer => Foreign(issuer, """{"alg":"RS256","kid":"../../../../dev/null"}""")),
        Token("kid that is a path, HS256 with an empty key", issuer => Hmac(issuer, "../../../../dev/null", [])),
        Token("kid that is SQL", issuer => Hmac(issuer, "x' UNION SELECT 'secret' -- ", "secret"u8.ToArray())),
        Token("kid that is a command", issuer => Foreign(issuer, """{"alg":"RS256","kid":"|/bin/sh -c id"}""")),
        Token("kid in another case", issuer => issuer.Token("RS256", "RSA")),
        Token("kid not a text", issuer => issuer.Token("""{"alg":"RS256","kid":["rsa"]}""", issuer.Claims().ToJsonString(), "RS256")),
        Token("kid of 300 characters", issuer => issuer.Token("RS256", new string('k', 300))),

        // The token brings its own key.
        Token("jwk in the header", issuer => Foreign(issuer, new JsonObject { ["alg"] = "RS256", ["jwk"] = TestIssuer.Jwk(issuer.Stranger, null) }.ToJsonString())),
        Token("jwk in the header of a token that would hold", issuer => issuer.Token("RS256", "rsa", null, ("jwk", TestIssuer.Jwk(issuer.Rsa, null)))),
        Token("jku in the header", issuer => Foreign(issuer, """{"alg":"RS256","kid":"rsa","jku":"http://127.0.0.1:1/keys"}""")),
        Token("x5u in the header", issuer => Foreign(issuer, """{"alg":"RS256","kid":"rsa","x5u":"http://127.0.0.1:1/certificate"}""")),
        Token("x5c in the header", issuer => Foreign(issuer, """{"alg":"RS256","kid":"rsa","x5c":["MIIB"]}""")),

        // Not for now, not for here, not from there.
        Token("expired", issuer => issuer.Token(issuer.Claims(("exp", issuer.Seconds(TimeSpan.FromSeconds(-31)))))),
        Token("not yet valid", issuer => issuer.Token(issuer.Claims(("nbf", issuer.Seconds(TimeSpan.FromSeconds(32)))))),
        Token("issued in the future", issuer => issuer.Token(issuer.Claims(("iat", issuer.Seconds(TimeSpan.FromSeconds(32)))))),
        Token("without an end", issuer => issuer.Token(issuer.Claims(("exp", null)))),
        Token("end as a text", issuer => issuer.Token(issuer.Claims(("exp", issuer.Seconds(TimeSpan.FromMinutes(5)).ToString(System.Globalization.CultureInfo.InvariantCulture))))),
        Token("end beyond all calendars", issuer => issuer.Token(s_goodHeader, issuer.Claims(("exp", 0)).ToJsonString().Replace("\"exp\":0", "\"exp\":1e300", StringComparison.Ordinal), "RS256")),
        Token("end before 1970", issuer => issuer.Token(issuer.Claims(("exp", -1)))),
        Token("audience of another service", issuer => issuer.Token(issuer.Claims(("aud", "payments")))),
        Token("audiences of other services", issuer => issuer.Token(issuer.Claims(("aud", new JsonArray("payments", "vitrine2"))))),
        Token("audience with a slash more", issuer => issuer.Token(issuer.Claims(("aud", "vitrine/")))),
        Token("audience in another case", issuer => issuer.Token(issuer.Claims(("aud", "Vitrine")))),
        Token("without an audience", issuer => issuer.Token(issuer.Claims(("aud", null)))),
        Token("empty audience", issuer => issuer.Token(issuer.Claims(("aud", "")))),
        Token("another issuer", issuer => issuer.Token(issuer.Claims(("iss", "https://evil.example")))),
        Token("issuer with a slash more", issuer => issuer.Token(issuer.Claims(("iss", TestIssuer.Name + "/")))),
        Token("issuer in a list", issuer => issuer.Token(issuer.Claims(("iss", new JsonArray(TestIssuer.Name, "https://evil.example"))))),
        Token("without an issuer", issuer => issuer.Token(issuer.Claims(("iss", null)))),
        Token("made for a logout", issuer => issuer.Token("""{"alg":"RS256","kid":"rsa","typ":"logout+jwt"}""", issuer.Claims().ToJsonString(), "RS256")),
        Token("bound to a certificate that is not there", issuer => issuer.Token(issuer.Claims(("cnf", new JsonObject { ["x5t#S256"] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" })))),
        Token("bound to a key that cannot be checked", issuer => issuer.Token(issuer.Claims(("cnf", new JsonObject { ["jkt"] = "AAAA" })))),

        // Two readings of one text.
        Token("role claim twice", issuer => issuer.Token(s_goodHeader, issuer.Claims().ToJsonString()[..^1] + ""","roles":["sre"]}""", "RS256")),
        Token("sub twice, once escaped", issuer => issuer.Token(s_goodHeader, issuer.Claims().ToJsonString()[..^1] + ""","s\u0075b":"root"}""", "RS256")),
        Token("alg twice", issuer => issuer.Token("""{"alg":"none","alg":"RS256","kid":"rsa"}""", issuer.Claims().ToJsonString(), "RS256")),
        Token("two documents of claims", issuer => issuer.Token(s_goodHeader, issuer.Claims().ToJsonString() + "{}", "RS256")),
        Token("comment in the claims", issuer => issuer.Token(s_goodHeader, "/**/" + issuer.Claims().ToJsonString(), "RS256")),
        Token("critical extension", issuer => issuer.Token("RS256", "rsa", null, ("crit", new JsonArray("exp")))),
        Token("payload that is not encoded", issuer => issuer.Token("RS256", "rsa", null, ("b64", false), ("crit", new JsonArray("b64")))),
        Token("compressed", issuer => issuer.Token("RS256", "rsa", null, ("zip", "DEF"))),
        Token("nested", issuer => issuer.Token("RS256", "rsa", null, ("cty", "JWT"))),
        Token("encrypted", _ => "eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA"),
        Token("claims not in UTF-8", issuer => TestIssuer.Sign(Encoding.UTF8.GetBytes(s_goodHeader), Encoding.Latin1.GetBytes(issuer.Claims().ToJsonString()[..^1] + ",\"more\":\"é\"}"), text => issuer.Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))),
        Token("half of a surrogate pair as a name", issuer => issuer.Token(s_goodHeader, issuer.Claims().ToJsonString().Replace("alice", "\\ud800", StringComparison.Ordinal), "RS256")),
        Token("claims that are a list", issuer => issuer.Token(s_goodHeader, "[]", "RS256")),
        Token("claims that are empty", issuer => issuer.Token(s_goodHeader, "", "RS256")),

        // Too much.
        Token("a token of 9 KB", issuer => issuer.Token(issuer.Claims(("more", new string('x', 6600))))),
        Token("a token of 10 MB", _ => new string('A', 10_000_000)),
        Token("claims 200 objects deep", issuer => issuer.Token(s_goodHeader, issuer.Claims().ToJsonString()[..^1] + ",\"deep\":" + Deep(200) + "}", "RS256")),
        Token("ten thousand dots", _ => new string('.', 8000)),

        // Names that no log could show.
        Token("without a name", issuer => issuer.Token(issuer.Claims(("sub", null)))),
        Token("empty name", issuer => issuer.Token(issuer.Claims(("sub", " ")))),
        Token("name with a line of its own", issuer => issuer.Token(issuer.Claims(("sub", "alice\n{\"event\":\"ended\"}")))),
        Token("name that turns the direction of writing", issuer => issuer.Token(issuer.Claims(("sub", "ali\u202Ece")))),
        Token("name of 300 characters", issuer => issuer.Token(issuer.Claims(("sub", new string('a', 300))))),
        Token("name that is a number", issuer => issuer.Token(issuer.Claims(("sub", 42)))),

        // The header.
        Header("two headers, the first good", issuer => ["Bearer " + issuer.Token(), "Bearer x"]),
        Header("the same good header twice", issuer => ["Bearer " + issuer.Token(), "Bearer " + issuer.Token()]),
        Header("two tokens in one header", issuer => [$"Bearer {issuer.Token()}, Bearer {issuer.Token()}"]),
        Header("Basic", _ => ["Basic YWxpY2U6c2VjcmV0"]),
        Header("no scheme", issuer => [issuer.Token()]),
        Header("two spaces", issuer => ["Bearer  " + issuer.Token()]),
        Header("space behind", issuer => [$"Bearer {issuer.Token()} "]),
        Header("line feed behind", issuer => [$"Bearer {issuer.Token()}\n"]),
        Header("padding behind", issuer => [$"Bearer {issuer.Token()}="]),
        Header("letters that only look like Latin ones", issuer => ["Bearer " + issuer.Token().Replace('e', 'е')]),
        Header("NUL", issuer => [$"Bearer {issuer.Token()}\0"]),
        Header("empty", _ => [""]),
        Header("scheme alone", _ => ["Bearer "]),
    ];

    static Attack Token(string name, Func<TestIssuer, string> token) => new(name, issuer => TestIssuer.Bearer(token(issuer)));

    static Attack Header(string name, Func<TestIssuer, string[]> values) => new(name, issuer => TestIssuer.Bearer("") with { Authorization = values(issuer) });

    static string Foreign(TestIssuer issuer, string header) => TestIssuer.Sign(header, issuer.Claims().ToJsonString(), text => issuer.Stranger.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    static string Hmac(TestIssuer issuer, string? keyId, byte[] key)
    {
        var header = new JsonObject { ["alg"] = "HS256" };
        if (keyId is not null) header["kid"] = keyId;
        return TestIssuer.Sign(header.ToJsonString(), issuer.Claims().ToJsonString(), text => HMACSHA256.HashData(key, text));
    }

    static string Replace(string token, int part, string text)
    {
        var parts = token.Split('.');
        parts[part] = System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
        return string.Join('.', parts);
    }

    static string Deep(int levels) => string.Concat(Enumerable.Repeat("{\"d\":", levels)) + "1" + new string('}', levels);
}
