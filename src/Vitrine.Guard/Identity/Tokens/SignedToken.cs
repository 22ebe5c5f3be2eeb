using System.Buffers.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>
/// The parts of a token (JWS in compact form, RFC 7515), read strictly before any key is asked for: what is here is what the library that checks the signature reads too, because whatever could be read in two
/// ways (members that come twice, headers that change how the rest is to be read) is refused.
/// </summary>
sealed class SignedToken
{
    // Deep enough for any claim that is looked at; recursion in a reader never gets further.
    static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 12, AllowTrailingCommas = false, CommentHandling = JsonCommentHandling.Disallow };

    // jwk, jku, x5u, x5c: the token brings its own key, or says where to fetch it (SSRF). crit, b64, zip: the rest is to be read otherwise. enc, epk, cty: something encrypted or nested.
    static readonly string[] s_refusedHeaders = ["jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc", "epk", "cty"];

    // A token that was made for something else (logout, DPoP, security events) says so.
    static readonly string[] s_types = ["JWT", "at+jwt", "application/at+jwt", "application/jwt"];

    SignedToken(string text, string algorithm, string? keyId, JsonElement claims)
    {
        Text = text;
        Algorithm = algorithm;
        KeyId = keyId;
        Claims = claims;
    }

    /// <summary>The whole token.</summary>
    public string Text { get; }

    /// <summary><c>alg</c>.</summary>
    public string Algorithm { get; }

    /// <summary><c>kid</c>: compared with the names of known keys and used for nothing else; null when there is none.</summary>
    public string? KeyId { get; }

    /// <summary>The claims; an object.</summary>
    public JsonElement Claims { get; }

    /// <summary>Reads a token.</summary>
    /// <param name="text">The token, of the characters that <see cref="BearerHeader"/> lets through.</param>
    /// <param name="token">Its parts.</param>
    /// <returns>The private reason why it is none; null when it is.</returns>
    public static string? TryParse(ReadOnlySpan<char> text, out SignedToken? token)
    {
        token = null;
        Span<Range> parts = stackalloc Range[4];
        var count = text.Split(parts, '.');
        if (count != 3) return count > 3 ? "not a signed token: it has more than three parts, as encrypted ones do" : "not a token: it has fewer than three parts";
        if (text[parts[2]].IsEmpty) return "the token is not signed";
        try
        {
            var header = Read(text[parts[0]]);
            var claims = Read(text[parts[1]]);
            if (header.ValueKind != JsonValueKind.Object || claims.ValueKind != JsonValueKind.Object) return "the token's header or claims are not an object";
            foreach (var name in s_refusedHeaders)
            {
                if (header.TryGetProperty(name, out _)) return $"the token's header has {name}";
            }
            if (!TryGetText(header, "alg", out var algorithm) || algorithm is null) return "the token names no algorithm";
            if (!TryGetText(header, "kid", out var keyId) || keyId?.Length > 256) return "the token's kid is not a short text";
            if (!TryGetText(header, "typ", out var type) || (type is not null && !s_types.Contains(type, StringComparer.OrdinalIgnoreCase))) return "the token is of another type";
            token = new(text.ToString(), algorithm, keyId, claims);
            return null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            return "the token's header or claims cannot be read";
        }
    }

    static JsonElement Read(ReadOnlySpan<char> part)
    {
        var json = Base64Url.DecodeFromChars(part);
        if (!Utf8.IsValid(json)) throw new FormatException();

        // Texts with half of a surrogate pair, written as an escape, are found here and not where they are used.
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = s_strict.MaxDepth });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped) reader.GetString();
        }
        return JsonElement.Parse(json, s_strict);
    }

    /// <summary>A member that is a text or not there.</summary>
    /// <returns>False when it is something else.</returns>
    static bool TryGetText(JsonElement owner, string name, out string? text)
    {
        text = null;
        if (!owner.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind != JsonValueKind.String) return false;
        text = value.GetString();
        return true;
    }
}
