using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Vitrine.Guard.Tests.Fakes;

/// <summary>How often the library was asked to verify something with a key: counted where it takes the key, by none of our own counters. Other tests' keys are counted apart.</summary>
sealed class CheckedKeys : CryptoProviderFactory
{
    static readonly ConcurrentDictionary<string, int> s_checks = new(StringComparer.Ordinal);

    /// <summary>Begins to count; keys that were made before are not.</summary>
    public static void Count()
    {
        lock (s_checks)
        {
            if (Default is not CheckedKeys) Default = new CheckedKeys();
        }
    }

    public static int ChecksWith(RSA key) => s_checks.GetValueOrDefault(Name(key.ExportParameters(false)));

    public override SignatureProvider CreateForVerifying(SecurityKey key, string algorithm, bool cacheProvider)
    {
        if (key is RsaSecurityKey rsa) s_checks.AddOrUpdate(Name(rsa.Rsa?.ExportParameters(false) ?? rsa.Parameters), 1, static (_, count) => count + 1);
        return base.CreateForVerifying(key, algorithm, cacheProvider);
    }

    static string Name(RSAParameters key) => Convert.ToHexString(key.Modulus!);
}
