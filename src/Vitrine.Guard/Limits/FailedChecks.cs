using Vitrine.Guard.Identity;

namespace Vitrine.Guard.Limits;

/// <summary>
/// Failed checks by address, at the rate of failed attempts and in buckets of their own: who asks without credentials costs nothing and takes nothing from those who come from the same address with a token that was not seen before.
/// </summary>
/// <param name="capacity">Addresses that are remembered.</param>
/// <param name="time">The clock.</param>
/// <param name="rate">The rate that is in force now.</param>
sealed class FailedChecks(int capacity, TimeProvider time, Func<Rate> rate) : ICheckAllowance
{
    readonly RateTable<AddressKey> _table = new(capacity, time);

    public bool IsSpent(NetworkAddress? address, out TimeSpan retryAfter) => _table.IsSpent(AddressKey.Of(address), rate(), out retryAfter);

    public bool TryTake(NetworkAddress? address, out TimeSpan retryAfter) => _table.TryTake(AddressKey.Of(address), rate(), out retryAfter);

    public void GiveBack(NetworkAddress? address) => _table.GiveBack(AddressKey.Of(address), rate());
}
