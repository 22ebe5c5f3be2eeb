namespace Vitrine.Guard.Identity;

/// <summary>
/// How many checks of credentials that cost something – a signature, a chain of certificates – one address may still cause. Only checks that fail count; each is charged before it is made, so that a thousand at
/// once are not a thousand checks.
/// </summary>
interface ICheckAllowance
{
    /// <summary>Whether this address may cause none now. Takes nothing.</summary>
    /// <param name="address">Whose.</param>
    /// <param name="retryAfter">When it may again, where the answer is yes.</param>
    bool IsSpent(NetworkAddress? address, out TimeSpan retryAfter);

    /// <summary>Charges one; false when there is none left.</summary>
    bool TryTake(NetworkAddress? address, out TimeSpan retryAfter);

    /// <summary>What was charged is given back: the check did not fail.</summary>
    void GiveBack(NetworkAddress? address);
}
