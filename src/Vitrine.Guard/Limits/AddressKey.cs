using Vitrine.Guard.Identity;

namespace Vitrine.Guard.Limits;

/// <summary>Where somebody comes from, as coarse as one person has addresses (<see cref="NetworkAddress.Network"/>).</summary>
readonly record struct AddressKey(UInt128 Bits)
{
    /// <summary>The key of an address; where there is none (a Unix socket) it is one key for all.</summary>
    public static AddressKey Of(NetworkAddress? address) => address is not { } known ? default : new(known.Network.Bits);
}
