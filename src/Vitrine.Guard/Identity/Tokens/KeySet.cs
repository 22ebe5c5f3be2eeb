using Microsoft.IdentityModel.Tokens;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Keys in force together. Immutable; another set means other keys.</summary>
sealed class KeySet(IReadOnlyList<VerificationKey> keys)
{
    /// <summary>The most keys of one source.</summary>
    public const int MaximumKeys = 64;

    /// <summary>The most keys that one token is tried with, so that one without kid does not cost as many signatures as there are keys.</summary>
    public const int MostTried = 8;

    /// <summary>How many.</summary>
    public int Count => keys.Count;

    /// <summary>Whether another set has the same keys in the same order.</summary>
    public bool IsSameAs(KeySet other) => keys.Select(static key => key.Fingerprint).SequenceEqual(other.Fingerprints, StringComparer.Ordinal);

    IEnumerable<string> Fingerprints => keys.Select(static key => key.Fingerprint);

    /// <summary>The keys that may have signed a token with this header: of the algorithm's kind, and with its <c>kid</c> where both have one.</summary>
    public List<SecurityKey> Candidates(string algorithm, string? keyId)
    {
        var found = new List<SecurityKey>();
        foreach (var key in keys)
        {
            if (found.Count == MostTried) break;
            if (keyId is not null && key.KeyId is not null && !string.Equals(key.KeyId, keyId, StringComparison.Ordinal)) continue;
            if (key.Algorithms.Contains(algorithm, StringComparer.Ordinal)) found.Add(key.Key);
        }
        return found;
    }
}
