using System.Buffers;

namespace Vitrine.Guard.Identity.Addresses;

/// <summary><c>Forwarded</c> (RFC 7239): elements with parameters, of which <c>for</c> names the address that a proxy was called from.</summary>
/// <remarks>
/// Quoted strings can have commas, so a line can be taken apart from its beginning only. All of it must therefore be well-formed: else a quotation mark that the caller opened could swallow what a proxy added.
/// A quoted string cannot go over the end of a line.
/// </remarks>
static class ForwardedHeader
{
    static readonly SearchValues<char> s_token = SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// <summary>Goes from the right to the first address that is not a listed proxy.</summary>
    /// <inheritdoc cref="ForwardedForHeader.Read"/>
    public static string? Read(IReadOnlyList<string> lines, CidrList proxies, out NetworkAddress client)
    {
        client = default;
        Span<Node> nodes = stackalloc Node[ForwardedLimits.Hops];
        var count = 0;
        for (var i = 0; i < lines.Count; i++)
        {
            var rest = lines[i].AsSpan();
            do
            {
                if (count == nodes.Length) return "Forwarded has more elements than are followed";
                if (!TryReadElement(ref rest, out nodes[count++])) return "Forwarded is not well-formed";
            }
            while (TryTake(ref rest, ','));
            if (!rest.IsEmpty) return "Forwarded is not well-formed";
        }
        while (--count >= 0)
        {
            if (!nodes[count].IsKnown) return "Forwarded has an element whose for is missing, hidden or not an address";
            client = nodes[count].Address;
            if (!proxies.Contains(client)) return null;
        }
        return null;
    }

    // One element up to the comma behind it.
    static bool TryReadElement(scoped ref ReadOnlySpan<char> rest, out Node node)
    {
        node = default;
        var hasFor = false;
        do
        {
            Trim(ref rest);
            var name = TakeToken(ref rest);
            if (name.IsEmpty || !TryTakeNow(ref rest, '=')) return false;
            bool isQuoted = TryTakeNow(ref rest, '"');
            ReadOnlySpan<char> value;
            if (isQuoted)
            {
                if (!TryTakeQuoted(ref rest, out value)) return false;
            }
            else
            {
                value = TakeToken(ref rest);
                if (value.IsEmpty) return false;
            }
            if (!name.Equals("for", StringComparison.OrdinalIgnoreCase)) continue;
            if (hasFor) return false;
            hasFor = true;
            var isKnown = NodeText.TryParse(value, allowBareV6: false, out var address);
            node = new(address, isKnown);
        }
        while (TryTake(ref rest, ';'));
        Trim(ref rest);
        return true;
    }

    // Behind the opening mark. A value with a backslash in it is passed over as a whole and is no address.
    static bool TryTakeQuoted(scoped ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> value)
    {
        value = default;
        var isEscaped = false;
        for (var i = 0; i < rest.Length; i++)
        {
            if (rest[i] is < ' ' and not '\t' or > '~') return false;
            if (rest[i] == '"' && !isEscaped)
            {
                value = rest[..i];
                rest = rest[(i + 1)..];
                return true;
            }
            isEscaped = rest[i] == '\\' && !isEscaped;
        }
        return false;
    }

    static ReadOnlySpan<char> TakeToken(scoped ref ReadOnlySpan<char> rest)
    {
        var length = rest.IndexOfAnyExcept(s_token);
        if (length < 0) length = rest.Length;
        var token = rest[..length];
        rest = rest[length..];
        return token;
    }

    static bool TryTake(scoped ref ReadOnlySpan<char> rest, char wanted)
    {
        Trim(ref rest);
        return TryTakeNow(ref rest, wanted);
    }

    static bool TryTakeNow(scoped ref ReadOnlySpan<char> rest, char wanted)
    {
        if (rest.IsEmpty || rest[0] != wanted) return false;
        rest = rest[1..];
        return true;
    }

    static void Trim(scoped ref ReadOnlySpan<char> rest) => rest = rest.TrimStart(" \t");

    readonly record struct Node(NetworkAddress Address, bool IsKnown);
}
