using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Vitrine.Go.Binary;

/// <summary>
/// A Go toolchain version as a binary records it. Equality and order look at the numbers; the text is kept for people.
/// </summary>
/// <param name="Major">1 of <c>go1.26.11</c>.</param>
/// <param name="Minor">26 of <c>go1.26.11</c>.</param>
/// <param name="Patch">11 of <c>go1.26.11</c>; 0 for a pre-release or development version.</param>
/// <param name="Text">The text as recorded, e.g. <c>go1.27rc1 X:boringcrypto</c>.</param>
public sealed partial record GoVersion(int Major, int Minor, int Patch, string Text) : IComparable<GoVersion>
{
    /// <summary>
    /// Parses the text of build info or <c>runtime.buildVersion</c>: <c>go1.26.11</c>, <c>go1.27rc1</c>, <c>devel go1.28-abcdef Tue …</c>,
    /// with any vendor suffix behind the numbers. A development build from before Go 1.17 (<c>devel +abcdef</c>) names no version and does not parse.
    /// </summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out GoVersion? version)
    {
        version = null;
        if (string.IsNullOrEmpty(text) || text.Length > GoBinaryLimits.MaxVersionLength)
            return false;
        Match match = Pattern().Match(text);
        if (!match.Success || !int.TryParse(match.Groups[1].ValueSpan, out int major) || !int.TryParse(match.Groups[2].ValueSpan, out int minor))
            return false;
        int patch = 0;
        if (match.Groups[3].Success && !int.TryParse(match.Groups[3].ValueSpan, out patch))
            return false;
        version = new GoVersion(major, minor, patch, text);
        return true;
    }

    /// <summary>A version that could not be parsed (a version text was removed or made up): older than every other one, <see cref="IsKnown"/> is false.</summary>
    public static GoVersion Unknown(string? text) =>
        new(0, 0, 0, string.IsNullOrWhiteSpace(text) ? "unknown" : text.Length > GoBinaryLimits.MaxVersionLength ? text[..GoBinaryLimits.MaxVersionLength] : text);

    /// <summary>False when the binary records no version that could be parsed.</summary>
    public bool IsKnown => Major > 0;

    /// <summary>True for this version and later ones; a pre-release counts as its release, because the runtime's layout is frozen by then.</summary>
    public bool AtLeast(int major, int minor) => Major > major || (Major == major && Minor >= minor);

    /// <inheritdoc/>
    public int CompareTo(GoVersion? other) => other is null ? 1 : (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch));

    /// <inheritdoc/>
    public bool Equals(GoVersion? other) => other is not null && CompareTo(other) == 0;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Major, Minor, Patch);

    /// <inheritdoc/>
    public override string ToString() => Text;

    /// <summary>Older first.</summary>
    public static bool operator <(GoVersion left, GoVersion right) => left.CompareTo(right) < 0;

    /// <summary>Older first.</summary>
    public static bool operator >(GoVersion left, GoVersion right) => left.CompareTo(right) > 0;

    /// <summary>Older first.</summary>
    public static bool operator <=(GoVersion left, GoVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Older first.</summary>
    public static bool operator >=(GoVersion left, GoVersion right) => left.CompareTo(right) >= 0;

    // Anchored at a word: "devel go1.28-…" and "go1.27" match, "cargo1.2" does not.
    [GeneratedRegex(@"(?:^|[\s(])go([0-9]{1,4})\.([0-9]{1,4})(?![0-9])(?:\.([0-9]{1,6})(?![0-9]))?", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
