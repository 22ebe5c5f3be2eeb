using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Vitrine.Guard;

namespace Vitrine.Doors.Tests.Support;

/// <summary>Bearer tokens by a key in a file of its own.</summary>
sealed class TestTokens : IDisposable
{
    readonly string _keyFile = Path.GetTempFileName();
    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public TestTokens()
    {
        File.WriteAllText(_keyFile, Convert.ToBase64String(_key));
        File.SetUnixFileMode(_keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    /// <summary>Has the guard know these tokens.</summary>
    public void Configure(GuardOptions options) => options.Identity.Jwt = new() { Issuer = "the test", Audiences = { "vitrine" }, Algorithms = { "HS256" }, SymmetricKeyFile = _keyFile };

    /// <summary>The value of <c>Authorization</c>.</summary>
    /// <param name="roles">Roles by the policy's names.</param>
    /// <param name="lasts">Seconds until it expires.</param>
    /// <param name="key">Another key than that of the file.</param>
    public string Bearer(string[] roles, int lasts = 600, byte[]? key = null)
    {
        var list = string.Join(',', roles.Select(static role => $"\"{role}\""));
        var text = $"{Part("""{"alg":"HS256"}""")}.{Part($$"""{"iss":"the test","aud":"vitrine","sub":"ada","roles":[{{list}}],"exp":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + lasts}}}""")}";
        return $"Bearer {text}.{Base64Url.EncodeToString(HMACSHA256.HashData(key ?? _key, Encoding.ASCII.GetBytes(text)))}";

        static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }

    public void Dispose() => File.Delete(_keyFile);
}
