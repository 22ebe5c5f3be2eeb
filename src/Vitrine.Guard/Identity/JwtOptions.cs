namespace Vitrine.Guard.Identity;

/// <summary>Bearer tokens: the section <c>Identity:Jwt</c>.</summary>
public sealed class JwtOptions
{
    /// <summary>Who issues them: the exact value of <c>iss</c>.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>For whom: a token must have one of these in <c>aud</c>.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>The algorithms that are accepted, of RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, ES512 and, with <see cref="SymmetricKeyFile"/> only, HS256, HS384, HS512. Empty = RS256, PS256, ES256; HS256 with a symmetric key.</summary>
    public IList<string> Algorithms { get; } = [];

    /// <summary>Files with public keys: PEM (public keys, certificates) or a JSON Web Key Set. Read again when they change.</summary>
    public IList<string> KeyFiles { get; } = [];

    /// <summary>A file with one symmetric key, in base64; only its owner may read it. It excludes every other source of keys: with both, a public key could be taken for a secret one.</summary>
    public string? SymmetricKeyFile { get; set; }

    /// <summary>Where the provider describes itself (OpenID Connect discovery). Empty and no key files = <see cref="Issuer"/> followed by <c>/.well-known/openid-configuration</c>.</summary>
    public string? DiscoveryAddress { get; set; }

    /// <summary>Whether the provider may be asked over plain HTTP beyond this machine. Whoever is in between can then make tokens.</summary>
    public bool AllowHttpDiscovery { get; set; }

    /// <summary>How old the provider's keys become before they are fetched anew; they stay in use meanwhile.</summary>
    public TimeSpan RefreshInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The shortest time between two fetches, whatever happens: a token with an unknown key causes one at most in this time.</summary>
    public TimeSpan MinimumRefreshInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long keys go on while they cannot be fetched or read anew. After that nobody with a token is let in (503).</summary>
    public TimeSpan MaximumKeyAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How long a fetch may take in all.</summary>
    public TimeSpan FetchTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How far the issuer's clock and this one may be apart.</summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest time from <c>iat</c> (else <c>nbf</c>) to <c>exp</c>; null = any. A token without either is then refused.</summary>
    public TimeSpan? MaximumLifetime { get; set; }

    /// <summary>The longest token, in bytes.</summary>
    public int MaximumTokenBytes { get; set; } = 8192;

    /// <summary>The claim with the name for the audit log.</summary>
    public string NameClaim { get; set; } = "sub";

    /// <summary>Claims with roles, a text or a list of texts. Dots go into objects: <c>realm_access.roles</c>; a claim of just this name comes first. Empty = <c>roles</c>.</summary>
    public IList<string> RoleClaims { get; } = [];

    /// <summary>Which values of those claims are which roles. Empty = a value that is the name of a role is that role (<c>owner</c> excepted).</summary>
    public IList<RoleMapOptions> RoleMap { get; } = [];

    /// <summary>Which scopes (<c>scope</c>, <c>scp</c>) are which roles.</summary>
    public IList<RoleMapOptions> ScopeMap { get; } = [];

    /// <summary>Whether a scope that is written as a permission (<c>pprof:read:heap</c>) is that permission.</summary>
    public bool ScopesArePermissions { get; set; } = true;
}
