namespace Vitrine.Guard.Identity.Addresses;

/// <summary>How much of what proxies say is read.</summary>
static class ForwardedLimits
{
    /// <summary>Entries.</summary>
    public const int Hops = 32;

    /// <summary>Lines of one header.</summary>
    public const int Lines = 32;

    /// <summary>Characters of one header, over all lines.</summary>
    public const int Characters = 4096;

    /// <summary>Whether a header is too long to be read at all.</summary>
    public static bool AreBroken(IReadOnlyList<string> lines)
    {
        if (lines.Count > Lines) return true;
        var total = 0L;
        for (var i = 0; i < lines.Count; i++)
            total += lines[i]?.Length ?? Characters + 1;
        return total > Characters;
    }
}
