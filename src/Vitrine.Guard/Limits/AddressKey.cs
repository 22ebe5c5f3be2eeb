using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Vitrine.Guard.Limits;

/// <summary>Where somebody comes from, as coarse as one person has addresses: an IPv4 address, or the 64 bits of an IPv6 address that name the network (RFC 4291, 2.5.4), of which one host has every address.</summary>
readonly record struct AddressKey(UInt128 Prefix)
{
    /// <summary>The key of an address; of no address (a Unix socket) there is one key for all.</summary>
    public static AddressKey Of(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        bytes.Clear();
        if (address is null) return default;
        if (address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv4MappedToIPv6)
        {
            address.TryWriteBytes(bytes, out _);
            return new(BinaryPrimitives.ReadUInt64BigEndian(bytes));
        }
        // An IPv4 address and the same one mapped into IPv6 are one; the mark keeps them apart from IPv6 networks.
        address.TryWriteBytes(bytes, out var length);
        return new((UInt128.One << 64) | BinaryPrimitives.ReadUInt32BigEndian(bytes[(length - 4)..]));
    }
}
