using System.Text.RegularExpressions;

namespace Vitrine.Guard.Policy;

/// <summary>How a permission is written. What is not written so grants nothing.</summary>
static partial class PermissionGrammar
{
    /// <summary>What a sentence about a wrong one says.</summary>
    public const string Description = "a permission is pprof:read:NAME, pprof:raw:NAME, metrics:read:NAME, metrics:raw:NAME, vars:read:NAME, vars:raw:NAME, switch:read:NAME or switch:write:NAME; NAME is an instrument or *; behind all but those of switches @SERVICE may stand, which are small letters, digits, - and _, 64 at most";

    const char At = '@';

    /// <summary>Whether <paramref name="text"/> is a permission. A star stands for a whole name only: <c>pprof:read:h*</c> is none.</summary>
    public static bool IsPermission(ReadOnlySpan<char> text) => text.Length <= 225 && Permission().IsMatch(text);

    /// <summary>A permission, and the one service at which it holds; null = all of them.</summary>
    public static (string Permission, string? Service) Split(string text) => text.IndexOf(At, StringComparison.Ordinal) is >= 0 and var at ? (text[..at], text[(at + 1)..]) : (text, null);

    /// <summary>The other way round.</summary>
    public static string Join(string permission, string service) => $"{permission}{At}{service}";

    /// <summary>Whether <paramref name="text"/> can be the name of a role.</summary>
    public static bool IsRole(ReadOnlySpan<char> text) => text.Length <= 64 && Role().IsMatch(text);

    // Go programs name profiles of their own by import paths: github.com/example/pool.Connections. A switch stands for all services.
    [GeneratedRegex(@"\A(?:(?:pprof|metrics|vars):(?:read|raw):(?:\*|[A-Za-z0-9][A-Za-z0-9_./-]*)(?:@[a-z0-9_-]{1,64})?|switch:(?:read|write):(?:\*|[A-Za-z0-9][A-Za-z0-9_./-]*))\z", RegexOptions.CultureInvariant)]
    private static partial Regex Permission();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Role();
}
