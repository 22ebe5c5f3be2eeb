using Vitrine.Guard.Identity;

namespace Vitrine.Guard.Limits;

/// <summary>Where somebody comes from, as coarse as one person has addresses (<see cref="NetworkAddress.Network"/>).</summary>
readonly record struct AddressKey(UInt128 Bits)
{
    // Of no network: those of IPv6 have 64 zeros at the end, those of IPv4 have 80 at the beginning. Zero would be the network of ::1.
    static readonly AddressKey s_none = new(UInt128.MaxValue);

    /// <summary>The key of an address; where there is none (a Unix socket) it is one key for all, and no address's.</summary>
    public static AddressKey Of(NetworkAddress? address) => address is not { } known ? s_none : new(known.Network.Bits);
}
