namespace Vitrine.Guard.Identity.Addresses;

/// <summary><c>X-Forwarded-For</c>: a list of addresses, to which each proxy adds the one that it was called from, at the right end.</summary>
static class ForwardedForHeader
{
    /// <summary>Goes from the right to the first address that is not a listed proxy. What is left of that is the caller's own word and is not read.</summary>
    /// <param name="lines">The header's lines in their order; at least one.</param>
    /// <param name="proxies">The listed proxies.</param>
    /// <param name="client">That address; the leftmost when all are listed proxies (a proxy that asks for itself).</param>
    /// <returns>Why it cannot be understood; null when it can.</returns>
    public static string? Read(IReadOnlyList<string> lines, CidrList proxies, out NetworkAddress client)
    {
        client = default;
        var hops = 0;
        for (var i = lines.Count - 1; i >= 0; i--)
        {
            var rest = lines[i].AsSpan();
            while (true)
            {
                var comma = rest.LastIndexOf(',');
                if (!NodeText.TryParse(rest[(comma + 1)..].Trim(" \t"), allowBareV6: true, out client)) return "X-Forwarded-For has an entry that is not an address";
                if (!proxies.Contains(client)) return null;
                if (++hops == ForwardedLimits.Hops) return "X-Forwarded-For has more entries than are followed";
                if (comma < 0) break;
                rest = rest[..comma];
            }
        }
        return null;
    }
}
