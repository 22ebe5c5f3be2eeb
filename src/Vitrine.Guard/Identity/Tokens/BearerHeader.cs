using System.Buffers;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary><c>Authorization: Bearer TOKEN</c> (RFC 6750).</summary>
static class BearerHeader
{
    const string Scheme = "Bearer ";

    // Three parts in base64url without padding, with two dots; so a list of values, a second scheme or white space is no token.
    static readonly SearchValues<char> s_token = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    /// <summary>The token.</summary>
    /// <param name="values">The header's values; there must be exactly one. Two could be read differently by a proxy in front of this program.</param>
    /// <param name="maximumLength">The longest token.</param>
    /// <param name="token">The token.</param>
    /// <returns>The private reason why there is none; null when there is.</returns>
    public static string? TryRead(IReadOnlyList<string> values, int maximumLength, out ReadOnlySpan<char> token)
    {
        token = default;
        if (values.Count != 1) return "more than one Authorization header";
        var value = values[0].AsSpan();
        if (!value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return "Authorization is not a bearer token";
        var rest = value[Scheme.Length..];
        if (rest.Length > maximumLength) return "the token is longer than is allowed";
        if (rest.IsEmpty || rest.ContainsAnyExcept(s_token)) return "the token has characters that no token has";
        token = rest;
        return null;
    }
}
