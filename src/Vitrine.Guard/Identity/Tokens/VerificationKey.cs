using Microsoft.IdentityModel.Tokens;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>A key that signatures are checked with.</summary>
/// <param name="Key">The key.</param>
/// <param name="KeyId">Its name; null when its source gives none (PEM files, a symmetric key), and then any <c>kid</c> may mean it.</param>
/// <param name="Algorithms">The algorithms that it may be used with, by its kind and by what its source says: never more than one kind.</param>
/// <param name="Fingerprint">What tells it from others, without any secret.</param>
sealed record VerificationKey(SecurityKey Key, string? KeyId, string[] Algorithms, string Fingerprint);
