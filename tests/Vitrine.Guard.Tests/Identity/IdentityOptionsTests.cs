using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Identity;

public sealed class IdentityOptionsTests : IDisposable
{
    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer = new(TimeProvider.System);

    public static TheoryData<string, string> Mistakes() => new()
    {
        { "Jwt:Issuer", "no issuer" },
        { "Jwt:Audiences", "no audience" },
        { "Jwt:Audiences:1", "empty audience" },
        { "Jwt:NameClaim", "no name claim" },
        { "Jwt:RoleClaims:0", "empty role claim" },
        { "Jwt:MaximumTokenBytes", "huge tokens" },
        { "Jwt:ClockSkew", "an hour of skew" },
        { "Jwt:FetchTimeout", "no time to fetch" },
        { "Jwt:MaximumKeyAge", "keys end before they are fetched" },
        { "Jwt:MaximumLifetime", "negative lifetime" },
        { "Jwt:Algorithms:0", "none" },
        { "Jwt:Algorithms:0", "EdDSA" },
        { "Jwt:Algorithms:0", "HS256 with public keys" },
        { "Jwt:Algorithms:0", "RS256 with a symmetric key" },
        { "Jwt:SymmetricKeyFile", "symmetric and public" },
        { "Jwt:SymmetricKeyFile", "symmetric and readable by others" },
        { "Jwt:SymmetricKeyFile", "symmetric and short" },
        { "Jwt:SymmetricKeyFile", "symmetric and not base64" },
        { "Jwt:DiscoveryAddress", "files and discovery" },
        { "Jwt:KeyFiles", "no keys at all" },
        { "Jwt:KeyFiles", "more keys without a name than are tried" },
        { "Jwt:KeyFiles:0", "missing file" },
        { "Jwt:KeyFiles:0", "folder" },
        { "Jwt:KeyFiles:0", "private key" },
        { "Jwt:KeyFiles:0", "private key in a set" },
        { "Jwt:KeyFiles:0", "weak key" },
        { "Jwt:KeyFiles:0", "garbage" },
        { "Jwt:KeyFiles:0", "broken PEM" },
        { "Jwt:KeyFiles:0", "huge file" },
        { "Jwt:KeyFiles:0", "another curve" },
        { "Jwt:RoleMap:0:Roles:0", "unknown role" },
        { "Jwt:RoleMap:0:Roles", "entry without roles" },
        { "Jwt:RoleMap:0:Value", "entry without value" },
        { "Jwt:RoleMap:1:Value", "entry twice" },
        { "Certificates:AuthorityFiles", "no authorities" },
        { "Certificates:AuthorityFiles:0", "missing authority" },
        { "Certificates:AuthorityFiles:0", "authority that is none" },
        { "Certificates:Callers:0", "two names" },
        { "Certificates:Callers:0:Subject", "subject that is none" },
        { "Addresses:Allow:0", "network that is none" },
        { "Addresses:TrustedProxies:0", "proxies that are none" },
        { "CacheSeconds", "a cache for ever" },
        { "CacheEntries", "a cache without end" },
    };

    [Theory, MemberData(nameof(Mistakes))]
    public void Create_AMistake_NamesItsKey(string key, string mistake)
    {
        var options = _issuer.Options(_folder);
        Make(options, mistake);

        var problems = Assert.Throws<GuardOptionsException>(() => CallerResolver.Create(options, new())).Problems;

        var problem = Assert.Single(problems);
        Assert.StartsWith($"Identity:{key}: ", problem, StringComparison.Ordinal);
        Assert.EndsWith(".", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", problem, StringComparison.Ordinal);
    }

    void Make(IdentityOptions options, string mistake)
    {
        var jwt = options.Jwt!;
        switch (mistake)
        {
            case "no issuer": jwt.Issuer = " "; break;
            case "no audience": jwt.Audiences.Clear(); break;
            case "empty audience": jwt.Audiences[1] = ""; break;
            case "no name claim": jwt.NameClaim = ""; break;
            case "empty role claim": jwt.RoleClaims.Add(""); break;
            case "huge tokens": jwt.MaximumTokenBytes = 1 << 20; break;
            case "an hour of skew": jwt.ClockSkew = TimeSpan.FromHours(1); break;
            case "no time to fetch": jwt.FetchTimeout = TimeSpan.Zero; break;
            case "keys end before they are fetched": jwt.MaximumKeyAge = TimeSpan.FromMinutes(2); break;
            case "negative lifetime": jwt.MaximumLifetime = TimeSpan.FromSeconds(-1); break;
            case "none" or "EdDSA": jwt.Algorithms.Add(mistake); break;
            case "HS256 with public keys": jwt.Algorithms.Add("HS256"); break;
            case "RS256 with a symmetric key":
                jwt.Algorithms.Add("RS256");
                Symmetric(jwt, Convert.ToBase64String(new byte[32]));
                break;
            case "symmetric and public": jwt.SymmetricKeyFile = _folder.Write("key", Convert.ToBase64String(new byte[32])); break;
            case "symmetric and readable by others":
                Symmetric(jwt, Convert.ToBase64String(new byte[32]));
                File.SetUnixFileMode(jwt.SymmetricKeyFile!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
                break;
            case "symmetric and short": Symmetric(jwt, "c2VjcmV0"); break;
            case "symmetric and not base64": Symmetric(jwt, "c2VjcmV0 is not a key!"); break;
            case "files and discovery": jwt.DiscoveryAddress = "https://issuer.example/x"; break;
            case "no keys at all":
                jwt.KeyFiles.Clear();
                jwt.Issuer = "issuer";
                break;
            case "more keys without a name than are tried": jwt.KeyFiles[0] = _folder.Write("k", string.Concat(Enumerable.Repeat(_issuer.Curve.ExportSubjectPublicKeyInfoPem() + "\n", 9))); break;
            case "missing file": jwt.KeyFiles[0] = _folder["nothing"]; break;
            case "folder": jwt.KeyFiles[0] = _folder.Root; break;
            case "private key": jwt.KeyFiles[0] = _folder.Write("k", _issuer.Rsa.ExportRSAPrivateKeyPem()); break;
            case "private key in a set":
                var set = TestIssuer.Jwk(_issuer.Rsa, "rsa");
                set["d"] = "c2VjcmV0";
                jwt.KeyFiles[0] = _folder.Write("k", $$"""{"keys":[{{set}}]}""");
                break;
            case "weak key":
                using (var weak = System.Security.Cryptography.RSA.Create(1024)) jwt.KeyFiles[0] = _folder.Write("k", weak.ExportSubjectPublicKeyInfoPem());
                break;
            case "garbage": jwt.KeyFiles[0] = _folder.Write("k", "c2VjcmV0"); break;
            case "broken PEM": jwt.KeyFiles[0] = _folder.Write("k", "-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----\n"); break;
            case "huge file": jwt.KeyFiles[0] = _folder.Write("k", new string(' ', 2 << 20)); break;
            case "another curve":
                using (var curve = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.brainpoolP256r1)) jwt.KeyFiles[0] = _folder.Write("k", $$"""{"keys":[{{TestIssuer.Jwk(curve, "c").ToJsonString().Replace("P-256", "BP-256", StringComparison.Ordinal)}}]}""");
                break;
            case "unknown role": jwt.RoleMap.Add(new() { Value = "x", Roles = { "nobody-knows" } }); break;
            case "entry without roles": jwt.RoleMap.Add(new() { Value = "x" }); break;
            case "entry without value": jwt.RoleMap.Add(new() { Roles = { "sre" } }); break;
            case "entry twice":
                jwt.RoleMap.Add(new() { Value = "x", Roles = { "sre" } });
                jwt.RoleMap.Add(new() { Value = "x", Roles = { "perf" } });
                break;
            case "no authorities": options.Certificates = new(); break;
            case "missing authority": options.Certificates = new() { AuthorityFiles = { _folder["nothing"] } }; break;
            case "authority that is none":
                using (var authority = new TestAuthority(TimeProvider.System))
                using (var caller = authority.Client("CN=x"))
                    options.Certificates = new() { AuthorityFiles = { _folder.Write("ca", authority.Pem + "\n" + caller.ExportCertificatePem()) } };
                break;
            case "two names": options.Certificates = Certificates(new() { Dns = "a", Email = "b", Roles = { "sre" } }); break;
            case "subject that is none": options.Certificates = Certificates(new() { Subject = "alice", Roles = { "sre" } }); break;
            case "network that is none": options.Addresses.Allow.Add("10.0.0.0/33"); break;
            case "proxies that are none": options.Addresses.TrustedProxies.Add("proxy.example"); break;
            case "a cache for ever": options.CacheSeconds = int.MaxValue; break;
            case "a cache without end": options.CacheEntries = int.MaxValue; break;
            default: throw new ArgumentOutOfRangeException(nameof(mistake));
        }
    }

    void Symmetric(JwtOptions jwt, string key)
    {
        jwt.KeyFiles.Clear();
        jwt.SymmetricKeyFile = _folder.Write("key", key);
    }

    CertificateOptions Certificates(CertificateCallerOptions caller)
    {
        using var authority = new TestAuthority(TimeProvider.System);
        return new() { AuthorityFiles = { _folder.Write("ca", authority.Pem) }, Callers = { caller } };
    }

    public void Dispose() => _folder.Dispose();
}
