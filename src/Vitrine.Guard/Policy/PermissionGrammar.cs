using System.Text.RegularExpressions;

namespace Vitrine.Guard.Policy;

/// <summary>How a permission is written. What is not written so grants nothing.</summary>
static partial class PermissionGrammar
{
    /// <summary>What a sentence about a wrong one says.</summary>
    public const string Description = "a permission is pprof:read:NAME, pprof:raw:NAME, metrics:read:NAME, metrics:raw:NAME, vars:read:NAME, vars:raw:NAME, switch:read:NAME or switch:write:NAME; NAME is an instrument or *";

    /// <summary>Whether <paramref name="text"/> is a permission. A star stands for a whole name only: <c>pprof:read:h*</c> is none.</summary>
    public static bool IsPermission(ReadOnlySpan<char> text) => text.Length <= 160 && Permission().IsMatch(text);

    /// <summary>Whether <paramref name="text"/> can be the name of a role.</summary>
    public static bool IsRole(ReadOnlySpan<char> text) => text.Length <= 64 && Role().IsMatch(text);

    // Go programs name profiles of their own by import paths: github.com/example/pool.Connections.
    [GeneratedRegex(@"\A(?:pprof:(?:read|raw)|metrics:(?:read|raw)|vars:(?:read|raw)|switch:(?:read|write)):(?:\*|[A-Za-z0-9][A-Za-z0-9_./-]*)\z", RegexOptions.CultureInvariant)]
    private static partial Regex Permission();

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_.-]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Role();
}
