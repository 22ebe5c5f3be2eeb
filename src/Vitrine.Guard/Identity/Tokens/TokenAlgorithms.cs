using Microsoft.IdentityModel.Tokens;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>The algorithms (RFC 7518), and which key suits which. <c>none</c> is not one. EdDSA is not here because neither .NET nor the library has it.</summary>
static class TokenAlgorithms
{
    public static readonly string[] Rsa = [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512];

    public static readonly string[] EllipticCurve = [SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512];

    public static readonly string[] Symmetric = [SecurityAlgorithms.HmacSha256, SecurityAlgorithms.HmacSha384, SecurityAlgorithms.HmacSha512];

    /// <summary>What is accepted when nothing is configured.</summary>
    public static string[] Default(bool isSymmetric) => isSymmetric ? [SecurityAlgorithms.HmacSha256] : [SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.EcdsaSha256];

    /// <summary>The one algorithm of a curve, by the bits of its keys; null when there is none.</summary>
    public static string? OfCurve(int bits) => bits switch
    {
        256 => SecurityAlgorithms.EcdsaSha256,
        384 => SecurityAlgorithms.EcdsaSha384,
        521 => SecurityAlgorithms.EcdsaSha512,
        _ => null,
    };

    /// <summary>Those for which a symmetric key is long enough (RFC 7518, 3.2: as long as the hash).</summary>
    public static string[] OfSymmetric(int bytes) => [.. Symmetric.Where((_, i) => bytes >= 32 + i * 16)];
}
