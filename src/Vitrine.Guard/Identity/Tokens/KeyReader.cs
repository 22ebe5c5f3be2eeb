using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.IdentityModel.Tokens;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Makes keys of what files and providers hold. A key that cannot be used safely is left out of a provider's set and is an error in a file.</summary>
static class KeyReader
{
    const int SmallestRsaBits = 2048;
    const int LargestRsaBits = 8192;

    /// <summary>Public keys and certificates in PEM; of a certificate only its key counts.</summary>
    /// <exception cref="InvalidDataException">There is none, or something else; the message is the rest of a sentence.</exception>
    public static IEnumerable<VerificationKey> ReadPem(string text)
    {
        var keys = new List<VerificationKey>();
        var rest = text.AsSpan();
        while (PemEncoding.TryFind(rest, out var fields))
        {
            var label = rest[fields.Label].ToString();
            if (label.Contains("PRIVATE", StringComparison.Ordinal)) throw new InvalidDataException("it has a private key; whoever checks tokens needs the public one only");
            keys.Add(ReadPemKey(label, rest[fields.Location]));
            rest = rest[fields.Location.End..];
        }
        return keys.Count > 0 ? keys : throw new InvalidDataException("it has neither PEM nor a JSON Web Key Set");
    }

    static VerificationKey ReadPemKey(string label, ReadOnlySpan<char> pem)
    {
        try
        {
            if (label == "CERTIFICATE")
            {
                using var certificate = X509Certificate2.CreateFromPem(pem);
                using var rsa = certificate.GetRSAPublicKey();
                if (rsa is not null) return OfRsa(rsa.ExportParameters(false), null, null);
                using var curve = certificate.GetECDsaPublicKey();
                if (curve is not null) return OfCurve(curve.ExportParameters(false), null, null);
            }
            else if (label is "PUBLIC KEY" or "RSA PUBLIC KEY")
            {
                if (TryImport(RSA.Create(), pem) is { } rsa)
                {
                    using (rsa)
                        return OfRsa(rsa.ExportParameters(false), null, null);
                }
                if (TryImport(ECDsa.Create(), pem) is { } curve)
                {
                    using (curve)
                        return OfCurve(curve.ExportParameters(false), null, null);
                }
            }
        }
        catch (CryptographicException)
        {
            throw new InvalidDataException($"its {label} cannot be read");
        }
        throw new InvalidDataException($"its {label} is not an RSA or elliptic-curve public key");
    }

    static T? TryImport<T>(T algorithm, ReadOnlySpan<char> pem) where T : AsymmetricAlgorithm
    {
        try
        {
            algorithm.ImportFromPem(pem);
            return algorithm;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            algorithm.Dispose();
            return null;
        }
    }

    /// <summary>A JSON Web Key Set (RFC 7517).</summary>
    /// <param name="set">The set, as the library reads it.</param>
    /// <param name="skipped">Why keys were left out, by their place in the set.</param>
    public static List<VerificationKey> ReadSet(JsonWebKeySet set, ICollection<string> skipped)
    {
        var keys = new List<VerificationKey>();
        for (var i = 0; i < set.Keys.Count; i++)
        {
            if (keys.Count == KeySet.MaximumKeys)
            {
                skipped.Add($"of {set.Keys.Count} keys only {KeySet.MaximumKeys} are used");
                break;
            }
            try
            {
                if (ReadKey(set.Keys[i]) is { } key) keys.Add(key);
            }
            catch (Exception e) when (e is InvalidDataException or CryptographicException or FormatException or ArgumentException)
            {
                skipped.Add($"key {i}: {(e is InvalidDataException ? e.Message : "it cannot be read")}");
            }
        }
        return keys;
    }

    // Null for keys that are for something else.
    static VerificationKey? ReadKey(JsonWebKey key)
    {
        if (key.Use is { Length: > 0 } and not "sig") return null;
        if (key.KeyOps is { Count: > 0 } operations && !operations.Contains("verify")) return null;
        if (key.KeyId?.Length > 256) throw new InvalidDataException("its kid is longer than 256 characters");
        var id = string.IsNullOrEmpty(key.KeyId) ? null : key.KeyId;
        var algorithm = string.IsNullOrEmpty(key.Alg) ? null : key.Alg;
        if (key.D is not null) throw new InvalidDataException("it is a private key, which should be nowhere but with the issuer");
        return key.Kty switch
        {
            "RSA" => OfRsa(new RSAParameters { Modulus = Base64UrlEncoder.DecodeBytes(key.N), Exponent = Base64UrlEncoder.DecodeBytes(key.E) }, id, algorithm),
            "EC" => OfCurve(new ECParameters { Curve = CurveOf(key.Crv), Q = new() { X = Base64UrlEncoder.DecodeBytes(key.X), Y = Base64UrlEncoder.DecodeBytes(key.Y) } }, id, algorithm),
            "oct" => throw new InvalidDataException("it is a symmetric key, which belongs in SymmetricKeyFile only"),
            _ => null,
        };
    }

    static ECCurve CurveOf(string? name) => name switch
    {
        "P-256" => ECCurve.NamedCurves.nistP256,
        "P-384" => ECCurve.NamedCurves.nistP384,
        "P-521" => ECCurve.NamedCurves.nistP521,
        _ => throw new InvalidDataException("its curve is not P-256, P-384 or P-521"),
    };

    /// <summary>A symmetric key.</summary>
    public static VerificationKey OfSymmetric(byte[] key) =>
        TokenAlgorithms.OfSymmetric(key.Length) is { Length: > 0 } algorithms
            ? new(new SymmetricSecurityKey(key), null, algorithms, Convert.ToHexStringLower(HMACSHA256.HashData(key, "vitrine"u8)))
            : throw new InvalidDataException("its key is shorter than 32 bytes; openssl rand -base64 32 makes one");

    static VerificationKey OfRsa(RSAParameters key, string? id, string? algorithm)
    {
        if (key.Modulus is not { Length: > 0 } modulus || key.Exponent is not { Length: > 0 and <= 8 } exponent) throw new InvalidDataException("its modulus or exponent is missing or out of bounds");
        var bits = modulus.Length * 8 - System.Numerics.BitOperations.LeadingZeroCount((uint)modulus[0]) + 24;
        if (bits is < SmallestRsaBits or > LargestRsaBits) throw new InvalidDataException($"an RSA key must have {SmallestRsaBits} to {LargestRsaBits} bits, not {bits}");
        using (var test = RSA.Create())
            test.ImportParameters(key);   // a key that the platform does not take is found here, not with the first token
        return new(new RsaSecurityKey(key) { KeyId = id }, id, Restrict(TokenAlgorithms.Rsa, algorithm), Fingerprint("rsa", id, algorithm, modulus, exponent));
    }

    static VerificationKey OfCurve(ECParameters key, string? id, string? algorithm)
    {
        var curve = ECDsa.Create(key);
        if (TokenAlgorithms.OfCurve(curve.KeySize) is not { } own)
        {
            curve.Dispose();
            throw new InvalidDataException("its curve is not P-256, P-384 or P-521");
        }
        return new(new ECDsaSecurityKey(curve) { KeyId = id }, id, Restrict([own], algorithm), Fingerprint("ec", id, algorithm, key.Q.X!, key.Q.Y!));
    }

    // A key that says for which algorithm it is, is for no other.
    static string[] Restrict(string[] algorithms, string? algorithm) => algorithm is null ? algorithms : [.. algorithms.Where(one => one == algorithm)];

    static string Fingerprint(string kind, string? id, string? algorithm, byte[] first, byte[] second) =>
        string.Join('|', kind, id, algorithm, Convert.ToHexStringLower(SHA256.HashData(first)), Convert.ToHexStringLower(SHA256.HashData(second)));
}
