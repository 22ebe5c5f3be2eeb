using Vitrine.Guard.Identity;

namespace Vitrine.Guard.Limits;

/// <summary>Where somebody comes from, as coarse as one person has addresses: an IPv4 address, or the 64 bits of an IPv6 address that name the network (RFC 4291, 2.5.4), of which one host has every address.</summary>
readonly record struct AddressKey(UInt128 Bits)
{
    /// <summary>The key of an address; where there is none (a Unix socket) it is one key for all.</summary>
    public static AddressKey Of(NetworkAddress? address) => address is not { } known ? default : new(known.IsV4 ? known.Bits : known.Bits >> 64 << 64);
}
