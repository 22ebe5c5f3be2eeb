using System.Globalization;

namespace Vitrine.Guard.Identity.Addresses;

/// <summary>A network. IPv4 and IPv6 are apart: <c>::/0</c> has no IPv4 address in it. IPv4-mapped ones are IPv4 on both sides.</summary>
readonly record struct Cidr
{
    readonly UInt128 _network;
    readonly UInt128 _mask;
    readonly bool _isV4;

    Cidr(UInt128 network, UInt128 mask, bool isV4) => (_network, _mask, _isV4) = (network, mask, isV4);

    /// <summary>Whether the address is in it.</summary>
    public bool Contains(NetworkAddress address) => address.IsV4 == _isV4 && (address.Bits & _mask) == _network;

    /// <summary>Reads <c>ADDRESS</c> or <c>ADDRESS/BITS</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="network">The network.</param>
    /// <returns>What is wrong with it, as the rest of a sentence; null when nothing is.</returns>
    public static string? TryParse(string? text, out Cidr network)
    {
        network = default;
        const string Wanted = "write an address or a network, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32";
        if (text is null) return Wanted;
        var slash = text.IndexOf('/');
        if (!NetworkAddress.TryParse(slash < 0 ? text : text.AsSpan(0, slash), out var address)) return Wanted;

        // A mapped address is written in 128 bits and means 32.
        var isMapped = address.IsV4 && text.Contains(':');
        var width = address.IsV4 && !isMapped ? 32 : 128;
        var length = width;
        if (slash >= 0)
        {
            var digits = text.AsSpan(slash + 1);
            if (digits.Length is 0 or > 3 || digits.ContainsAnyExceptInRange('0', '9') || (digits.Length > 1 && digits[0] == '0')) return Wanted;
            length = int.Parse(digits, CultureInfo.InvariantCulture);
        }
        if (length > width) return $"a prefix has at most {width} bits";
        var bits = length + 128 - width;
        if (isMapped && bits < 96) return "an IPv4-mapped network has a prefix of 96 bits or more";
        var mask = bits == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - bits);
        if ((address.Bits & ~mask) != 0) return "it has bits set beyond its prefix, so it is either another network or one address; write the one that is meant";
        network = new(address.Bits, mask, address.IsV4);
        return null;
    }
}
