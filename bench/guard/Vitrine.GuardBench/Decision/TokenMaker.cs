using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Vitrine.Guard;
using Vitrine.Guard.Identity;

namespace Vitrine.GuardBench.Decision;

/// <summary>Signs tokens as a provider does.</summary>
sealed class TokenMaker : IDisposable
{
    readonly RSA _key = RSA.Create(2048);
    readonly string _file;

    public TokenMaker(WorkFolder work)
    {
        _file = work["key.pem"];
        File.WriteAllText(_file, _key.ExportSubjectPublicKeyInfoPem());
    }

    /// <summary>Options by which these tokens hold; their callers are of the role perf, which may not see traces.</summary>
    public GuardOptions Apply(GuardOptions options)
    {
        options.Identity.Jwt = new() { Issuer = "bench", Audiences = { "vitrine" }, KeyFiles = { _file } };
        return options;
    }

    public Credentials Credentials(string name, int number)
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var text = $"{Encode("{\"alg\":\"RS256\",\"typ\":\"JWT\"}")}.{Encode(string.Create(CultureInfo.InvariantCulture, $"{{\"iss\":\"bench\",\"aud\":\"vitrine\",\"sub\":\"{name}\",\"roles\":[\"perf\"],\"iat\":{now},\"exp\":{now + 3600},\"jti\":\"{number}\"}}"))}";
        var signature = _key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return new() { Address = IPAddress.Loopback, Authorization = [$"Bearer {text}.{Base64Url.EncodeToString(signature)}"] };
    }

    static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    public void Dispose() => _key.Dispose();
}
