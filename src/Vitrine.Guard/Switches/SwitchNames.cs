namespace Vitrine.Guard.Switches;

/// <summary>How switches are called: by the instrument or page, alone (<c>heap</c>) or with its area (<c>pprof_heap</c>), which is how the environment is usually written.</summary>
static class SwitchNames
{
    /// <summary>Everything at once: when one source says off, everything is off.</summary>
    public const string All = "all";

    /// <summary>What nobody speaks of by name.</summary>
    public const string Default = "default";

    /// <summary>Longest name, in characters.</summary>
    public const int MaximumLength = 64;

    const string Area = "pprof_";

    /// <summary>The name that the guard uses, <c>cpu</c> for <c>profile</c>; null when it is none: 1 to 64 of letters, digits, <c>_</c>, <c>-</c> and <c>.</c></summary>
    public static string? Normalize(ReadOnlySpan<char> text)
    {
        if (text.StartsWith(Area, StringComparison.Ordinal)) text = text[Area.Length..];
        if (text.Length is 0 or > MaximumLength) return null;
        foreach (var letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('_' or '-' or '.')) return null;
        }
        // As Go's page is called, and so what people write; a switch that they believe to be off must not be on.
        return text is "profile" ? "cpu" : text.ToString();
    }
}
