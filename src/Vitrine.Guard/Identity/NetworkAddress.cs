using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace Vitrine.Guard.Identity;

/// <summary>An address without scope and port, as a value: comparing it allocates nothing. An IPv4-mapped IPv6 address (<c>::ffff:192.0.2.1</c>) is its IPv4 address; no other way of writing one address in another counts.</summary>
public readonly struct NetworkAddress : IEquatable<NetworkAddress>
{
    // ::ffff:0:0/96
    const ulong MappedPrefix = 0xffff_0000_0000;

    NetworkAddress(UInt128 bits, bool isV4)
    {
        Bits = bits;
        IsV4 = isV4;
    }

    /// <summary>The address in 128 bits, IPv4 in its IPv4-mapped form.</summary>
    internal UInt128 Bits { get; }

    /// <summary>Whether it is an IPv4 address.</summary>
    public bool IsV4 { get; }

    /// <summary>Whether it is of this machine: 127.0.0.0/8 or ::1.</summary>
    public bool IsLoopback => IsV4 ? (byte)(Bits >> 24) == 127 : Bits == UInt128.One;

    /// <summary>As coarse as one person has addresses: an IPv4 address itself, of an IPv6 address the 64 bits that name the network (RFC 4291, 2.5.4), of which one host has every address.</summary>
    public NetworkAddress Network => IsV4 ? this : new(Bits >> 64 << 64, false);

    /// <summary>The value of an address.</summary>
    public static NetworkAddress From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        Span<byte> bytes = stackalloc byte[16];
        if (!address.TryWriteBytes(bytes, out var length)) throw new ArgumentException("An address has at most 16 bytes.", nameof(address));
        return length == 4 ? FromV4(BinaryPrimitives.ReadUInt32BigEndian(bytes)) : FromV6(BinaryPrimitives.ReadUInt128BigEndian(bytes));
    }

    /// <summary>Reads an address written in the one usual way: four decimal numbers without leading zeros, or hexadecimal groups. No port, no brackets, no scope.</summary>
    /// <remarks>The platform's own parser also takes <c>1</c>, <c>0x7f.1</c>, <c>010.0.0.1</c> (octal) and <c>[::1]:80</c>, which other programs read otherwise or refuse: two readings of one text are how lists are passed.</remarks>
    public static bool TryParse(ReadOnlySpan<char> text, out NetworkAddress address)
    {
        if (TryParseV4(text, out var v4))
        {
            address = FromV4(v4);
            return true;
        }
        address = default;
        if (text.Length is < 2 or > 45 || !text.Contains(':') || text.ContainsAnyExcept(s_v6Characters)) return false;
        if (text.Contains('.') && !TryParseV4(text[(text.LastIndexOf(':') + 1)..], out _)) return false;
        if (!IPAddress.TryParse(text, out var parsed) || parsed.AddressFamily != AddressFamily.InterNetworkV6) return false;
        address = From(parsed);
        return true;
    }

    static readonly System.Buffers.SearchValues<char> s_v6Characters = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF:.");

    static NetworkAddress FromV4(uint bits) => new(new UInt128(0, MappedPrefix | bits), true);

    static NetworkAddress FromV6(UInt128 bits) => new(bits, bits >> 32 == MappedPrefix >> 32);

    static bool TryParseV4(ReadOnlySpan<char> text, out uint bits)
    {
        bits = 0;
        if (text.Length is < 7 or > 15) return false;
        var parts = 0;
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (++parts > 4 || part.Length is 0 or > 3 || (part.Length > 1 && part[0] == '0')) return false;
            var value = 0u;
            foreach (var digit in part)
            {
                if (!char.IsAsciiDigit(digit)) return false;
                value = value * 10 + (uint)(digit - '0');
            }
            if (value > 255) return false;
            bits = bits << 8 | value;
        }
        return parts == 4;
    }

    /// <summary>The same as an object.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return new IPAddress(IsV4 ? bytes[12..] : bytes);
    }

    /// <inheritdoc/>
    public override string ToString() => ToIPAddress().ToString();

    /// <inheritdoc/>
    public bool Equals(NetworkAddress other) => Bits == other.Bits;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is NetworkAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bits.GetHashCode();

    /// <summary>Whether both are the same address.</summary>
    public static bool operator ==(NetworkAddress left, NetworkAddress right) => left.Equals(right);

    /// <summary>Whether they are different addresses.</summary>
    public static bool operator !=(NetworkAddress left, NetworkAddress right) => !left.Equals(right);
}
