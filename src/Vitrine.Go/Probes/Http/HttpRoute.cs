namespace Vitrine.Go.Probes.Http;

/// <summary>What requests are grouped by: a method and a path with its variable parts taken out.</summary>
/// <param name="Method">The method.</param>
/// <param name="Template">The path template.</param>
/// <param name="IsGuess">True when it was guessed from the path; false when the program's own mux matched it (Go 1.22 and later).</param>
public sealed record HttpRoute(string Method, string Template, bool IsGuess)
{
    private const int MostSegments = 12;
    private const int ShortestHex = 8;
    private const int ShortestToken = 20;

    /// <summary>The route of a request whose method and path could not be read.</summary>
    public static HttpRoute Unknown { get; } = new("?", "(unknown)", true);

    /// <inheritdoc/>
    public override string ToString() => $"{Method} {Template}";

    /// <summary>The route of a request.</summary>
    /// <param name="method">Its method.</param>
    /// <param name="path">Its path.</param>
    /// <param name="pattern">The pattern that the mux matched, such as <c>GET /items/{id}</c>; null or empty when there is none.</param>
    public static HttpRoute Of(string? method, string? path, string? pattern)
    {
        if (method is null || path is null)
            return Unknown;
        if (string.IsNullOrEmpty(pattern))
            return new HttpRoute(method, Guess(path), true);
        // A pattern may begin with a method and a host: what follows the last blank, from the first slash on, is the path.
        string template = pattern[(pattern.LastIndexOf(' ') + 1)..];
        int slash = template.IndexOf('/', StringComparison.Ordinal);
        template = slash > 0 ? template[slash..] : template;
        // A pattern that ends in a slash matches whatever follows, often with another router behind it: the rest is guessed.
        if (template.EndsWith('/') && path.Length > template.Length && path.StartsWith(template, StringComparison.Ordinal))
            return new HttpRoute(method, template + Guess(path[template.Length..]), true);
        return new HttpRoute(method, template, false);
    }

    private static string Guess(string path)
    {
        string[] segments = path.Split('/');
        for (int i = 0; i < segments.Length; i++)
        {
            if (IsVariable(segments[i]))
                segments[i] = ":id";
        }
        return segments.Length > MostSegments ? string.Join('/', segments.Take(MostSegments)) + "/…" : string.Join('/', segments);
    }

    // Numbers, UUIDs, hexadecimal digests, and long tokens that mix letters and digits.
    private static bool IsVariable(string segment)
    {
        if (segment.Length == 0)
            return false;
        int digits = segment.Count(char.IsAsciiDigit);
        if (digits == 0)
            return false;
        if (digits == segment.Length)
            return true;
        if (segment.Length >= ShortestHex && segment.All(static c => char.IsAsciiHexDigit(c) || c == '-'))
            return true;
        return segment.Length >= ShortestToken && segment.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '=' or '.');
    }
}
