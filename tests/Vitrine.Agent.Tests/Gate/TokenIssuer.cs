using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>Makes bearer tokens by hand, as somebody's own identity provider does.</summary>
sealed class TokenIssuer : IDisposable
{
    readonly RSA _key = RSA.Create(2048);

    /// <summary>Its public key, in a file's form.</summary>
    public string PublicKey => _key.ExportSubjectPublicKeyInfoPem();

    /// <summary>A token for an hour.</summary>
    public string Token(string subject, string role)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var head = Part("""{"alg":"RS256","typ":"JWT"}""");
        var body = Part(JsonSerializer.Serialize(new Dictionary<string, object> { ["iss"] = "test", ["aud"] = "vitrine", ["sub"] = subject, ["roles"] = new[] { role }, ["iat"] = now, ["exp"] = now + 3600 }));
        return $"{head}.{body}.{Base64Url.EncodeToString(_key.SignData(Encoding.ASCII.GetBytes($"{head}.{body}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    public void Dispose() => _key.Dispose();
}
