namespace Vitrine.Guard.Identity.Addresses;

/// <summary>An address with or without a port, as proxies write it.</summary>
static class NodeText
{
    /// <summary>Reads <c>192.0.2.1</c>, <c>192.0.2.1:4711</c>, <c>[2001:db8::1]</c>, <c>[2001:db8::1]:4711</c> and, where <paramref name="allowBareV6"/>, <c>2001:db8::1</c>.</summary>
    /// <remarks>Without brackets every colon belongs to the address: a port behind a bare IPv6 address cannot be told from its last group.</remarks>
    public static bool TryParse(ReadOnlySpan<char> text, bool allowBareV6, out NetworkAddress address)
    {
        address = default;
        if (text.Length is 0 or > 64) return false;
        if (text[0] == '[')
        {
            var end = text.IndexOf(']');
            return end > 0 && text[1..end].Contains(':') && NetworkAddress.TryParse(text[1..end], out address) && (end == text.Length - 1 || IsPort(text[(end + 1)..]));
        }
        var colon = text.IndexOf(':');
        if (colon < 0) return NetworkAddress.TryParse(text, out address);
        if (colon == text.LastIndexOf(':') && NetworkAddress.TryParse(text[..colon], out address)) return IsPort(text[colon..]);
        return allowBareV6 && NetworkAddress.TryParse(text, out address);
    }

    // With its colon. Read by hand, because the platform's parser allocates.
    static bool IsPort(ReadOnlySpan<char> text)
    {
        if (text.Length is < 2 or > 6 || text[0] != ':') return false;
        var port = 0;
        foreach (var digit in text[1..])
        {
            if (!char.IsAsciiDigit(digit)) return false;
            port = port * 10 + (digit - '0');
        }
        return port <= ushort.MaxValue;
    }
}
