using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Vitrine.Guard.Identity;

namespace Vitrine.Guard.Tests.Fakes;

/// <summary>Issues tokens, good and bad ones, byte by byte: no library stands between a test and what it wants to send.</summary>
sealed class TestIssuer(TimeProvider time)
{
    public const string Name = "https://issuer.example";
    public const string Audience = "vitrine";

    // Made once for all tests: it takes a while.
    static readonly RSA s_rsa = RSA.Create(2048);
    static readonly RSA s_rsaForRs256 = RSA.Create(2048);
    static readonly RSA s_stranger = RSA.Create(2048);
    static readonly ECDsa s_curve = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public RSA Rsa => s_rsa;

    /// <summary>A key that says that it is for RS256 only.</summary>
    public RSA RsaForRs256 => s_rsaForRs256;

    public ECDsa Curve => s_curve;

    /// <summary>Of somebody else.</summary>
    public RSA Stranger => s_stranger;

    /// <summary>The set that the issuer publishes: <c>rsa</c>, <c>rsa-rs256</c> and <c>curve</c>.</summary>
    public string KeySet => new JsonObject { ["keys"] = new JsonArray(Jwk(Rsa, "rsa"), Jwk(RsaForRs256, "rsa-rs256", "RS256"), Jwk(Curve, "curve")) }.ToJsonString();

    /// <summary>Claims of a token that holds.</summary>
    public JsonObject Claims() => new()
    {
        ["iss"] = Name,
        ["aud"] = Audience,
        ["sub"] = "alice",
        ["iat"] = Seconds(TimeSpan.Zero),
        ["exp"] = Seconds(TimeSpan.FromMinutes(5)),
        ["roles"] = new JsonArray("perf"),
    };

    /// <summary>The same, with changes; a null takes a claim away.</summary>
    public JsonObject Claims(params (string Name, JsonNode? Value)[] changes)
    {
        var claims = Claims();
        foreach (var (name, value) in changes)
        {
            if (value is null) claims.Remove(name);
            else claims[name] = value;
        }
        return claims;
    }

    public long Seconds(TimeSpan fromNow) => (time.GetUtcNow() + fromNow).ToUnixTimeSeconds();

    /// <summary>A token that holds, unless the claims do not.</summary>
    public string Token(JsonObject? claims = null) => Token("RS256", "rsa", claims);

    public string Token(string algorithm, string? keyId, JsonObject? claims = null, params (string Name, JsonNode Value)[] more)
    {
        var header = new JsonObject { ["alg"] = algorithm, ["typ"] = "JWT" };
        if (keyId is not null) header["kid"] = keyId;
        foreach (var (name, value) in more) header[name] = value;
        return Token(header.ToJsonString(), (claims ?? Claims()).ToJsonString(), algorithm);
    }

    /// <summary>A token of any header and claims, signed as <paramref name="algorithm"/> says with the issuer's own key.</summary>
    public string Token(string header, string claims, string algorithm) => Sign(header, claims, text => algorithm switch
    {
        "RS256" => Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        "RS512" => Rsa.SignData(text, HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        "PS256" => Rsa.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        "ES256" => Curve.SignData(text, HashAlgorithmName.SHA256),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    });

    public static string Sign(string header, string claims, Func<byte[], byte[]> sign) => Sign(Encoding.UTF8.GetBytes(header), Encoding.UTF8.GetBytes(claims), sign);

    public static string Sign(byte[] header, byte[] claims, Func<byte[], byte[]> sign)
    {
        var text = $"{Base64Url.EncodeToString(header)}.{Base64Url.EncodeToString(claims)}";
        return $"{text}.{Base64Url.EncodeToString(sign(Encoding.ASCII.GetBytes(text)))}";
    }

    public static JsonObject Jwk(RSA key, string? id, string? algorithm = null)
    {
        var parameters = key.ExportParameters(false);
        return With(new() { ["kty"] = "RSA", ["n"] = Base64Url.EncodeToString(parameters.Modulus), ["e"] = Base64Url.EncodeToString(parameters.Exponent) }, id, algorithm);
    }

    public static JsonObject Jwk(ECDsa key, string? id, string? algorithm = null)
    {
        var point = key.ExportParameters(false).Q;
        return With(new() { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = Base64Url.EncodeToString(point.X), ["y"] = Base64Url.EncodeToString(point.Y) }, id, algorithm);
    }

    static JsonObject With(JsonObject key, string? id, string? algorithm)
    {
        if (id is not null) key["kid"] = id;
        if (algorithm is not null) key["alg"] = algorithm;
        return key;
    }

    /// <summary>Settings that believe this issuer, by its set of keys in a file.</summary>
    public IdentityOptions Options(TestFolder folder) => new()
    {
        Jwt = new() { Issuer = Name, Audiences = { Audience, "another-name" }, KeyFiles = { folder.Write("keys.json", KeySet) } },
    };

    public static Credentials Bearer(string token) => new() { Address = System.Net.IPAddress.Parse("192.0.2.1"), Authorization = ["Bearer " + token] };
}
