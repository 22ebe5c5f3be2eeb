using System.Buffers.Text;
using System.Text.Json;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Reads claims of a token whose signature holds. Its issuer is trusted to say who somebody is, not to write well: what has another shape than expected grants nothing.</summary>
static class TokenClaims
{
    // A permission or a role is short; a claim with more is for something else.
    const int LongestValue = 512;

    /// <summary>A time (RFC 7519, NumericDate); null when it is not there.</summary>
    /// <returns>False when it is something else than a number between 1970 and 9999.</returns>
    public static bool TryGetTime(JsonElement claims, string name, out DateTimeOffset? time)
    {
        time = null;
        if (!claims.TryGetProperty(name, out var value)) return true;
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is not (>= 0 and < 253402300800)) return false;
        time = DateTimeOffset.UnixEpoch.AddSeconds(Math.Floor(seconds));
        return true;
    }

    /// <summary>The values of a claim with roles: a text or a list of texts. A dotted name goes into objects, unless there is a claim of just this name.</summary>
    public static IEnumerable<string> Values(JsonElement claims, string name)
    {
        if (!claims.TryGetProperty(name, out var value))
        {
            value = claims;
            foreach (var part in name.Split('.'))
            {
                if (value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(part, out value)) return [];
            }
        }
        return Texts(value);
    }

    /// <summary>The scopes: words of <c>scope</c> (RFC 8693, 4.2) and <c>scp</c>, each a text or a list.</summary>
    public static IEnumerable<string> Scopes(JsonElement claims)
    {
        foreach (var name in (string[])["scope", "scp"])
        {
            if (!claims.TryGetProperty(name, out var value)) continue;
            foreach (var scope in Texts(value).SelectMany(static text => text.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
                yield return scope;
        }
    }

    /// <summary>The certificate that a token is bound to (RFC 8705, 3.1); null when it is bound to nothing.</summary>
    /// <returns>False when it is bound to something else: it may be used only by who proves to have that, which cannot be checked here.</returns>
    public static bool TryGetBinding(JsonElement claims, out byte[]? certificate)
    {
        certificate = null;
        if (!claims.TryGetProperty("cnf", out var binding)) return true;
        if (binding.ValueKind != JsonValueKind.Object || binding.EnumerateObject().Count() != 1) return false;
        if (!binding.TryGetProperty("x5t#S256", out var value) || value.ValueKind != JsonValueKind.String || !Base64Url.IsValid(value.GetString())) return false;
        certificate = Base64Url.DecodeFromChars(value.GetString());
        return certificate.Length == 32;
    }

    static IEnumerable<string> Texts(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString() is { Length: > 0 and <= LongestValue } text ? [text] : [];
        return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Where(static one => one.ValueKind == JsonValueKind.String).Select(static one => one.GetString()!).Where(static one => one.Length is > 0 and <= LongestValue) : [];
    }
}
