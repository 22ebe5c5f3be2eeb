using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>
/// Bearer tokens. In this order, so that what costs more comes later and strangers cause no fetch: the header; whether it is known from before; whether its address may cause another check; the parts, the algorithm, the issuer; then
/// the keys; then, by the library, signature, issuer, audience and lifetime; then who it is and what that may do.
/// </summary>
sealed class TokenCheck : IDisposable
{
    const string BoundToAnother = "the token is bound to a certificate that the caller does not have";

    readonly JwtOptions _options;
    readonly string[] _algorithms;
    readonly IKeySource _keys;
    readonly TokenRoles _roles;
    readonly CallerCache _cache;
    readonly TimeSpan _known;
    readonly TimeProvider _time;
    readonly JsonWebTokenHandler _handler;

    TokenCheck(JwtOptions options, string[] algorithms, IKeySource keys, TokenRoles roles, IdentityOptions identity, TimeProvider time)
    {
        _options = options;
        _algorithms = algorithms;
        _keys = keys;
        _roles = roles;
        _cache = new(identity.CacheEntries);
        _known = TimeSpan.FromSeconds(identity.CacheSeconds);
        _time = time;
        _handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = options.MaximumTokenBytes };
    }

    /// <summary>The check that the settings describe, with the keys of its files; a provider is asked with the first token only, so that a service starts without it.</summary>
    /// <param name="options">The settings of tokens.</param>
    /// <param name="identity">Those around them.</param>
    /// <param name="policy">The roles.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">Where it is said that keys could not be had.</param>
    /// <param name="before">The check that this one replaces: it has a provider's keys already; null = none.</param>
    /// <param name="problems">What is wrong is added here.</param>
    public static TokenCheck? Read(JwtOptions options, IdentityOptions identity, PolicyTable policy, TimeProvider time, ILogger log, TokenCheck? before, ICollection<string> problems)
    {
        var known = problems.Count;
        options = JwtOptionsCheck.Read(options, problems, out var algorithms, out var discovery);
        var roles = new TokenRoles(options, policy, problems);
        IKeySource? keys = discovery is null ? FileKeys.Read(options, time, log, problems) : null;
        if (problems.Count > known) return null;
        keys ??= (before?._keys as DiscoveredKeys)?.For(options, discovery!) ?? new DiscoveredKeys(options, discovery!, time, log);
        return new(options, algorithms, keys, roles, identity, time);
    }

    /// <summary>The caller, when this token was checked a short time ago and nothing has changed since. Allocates nothing.</summary>
    public bool TryFind(Credentials credentials, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Caller? caller)
    {
        caller = null;
        if (BearerHeader.TryRead(credentials.Authorization, _options.MaximumTokenBytes, out var token) is not null) return false;
        Span<byte> hash = stackalloc byte[CallerCache.HashSize];
        if (!_cache.TryHash(token, hash) || _cache.Find(hash) is not { } entry) return false;
        if (_time.GetUtcNow() >= entry.KnownUntil || !ReferenceEquals(entry.Keys, _keys.Current)) return false;
        if (entry.BoundTo is { } wanted && !IsBoundTo(credentials.Certificate, wanted)) return false;
        caller = entry.Caller;
        return true;
    }

    /// <summary>Checks a token from its beginning, and keeps it when it holds.</summary>
    /// <param name="credentials">With a token.</param>
    /// <param name="address">Who pays for a check that fails.</param>
    /// <param name="allowance">How many of those it may; null = any number.</param>
    /// <param name="cancellation">Ends the waiting for keys.</param>
    public async ValueTask<CheckedCaller> Check(Credentials credentials, NetworkAddress? address, ICheckAllowance? allowance, CancellationToken cancellation)
    {
        var hash = new byte[CallerCache.HashSize];
        if (Hash(credentials, hash) is { } noToken) return CheckedCaller.Refused(noToken);
        // One that held a while ago is no stranger's: it is checked again whatever others from its address have done. It pays, and is known no more, when it does not hold.
        var known = _cache.Find(hash) is { } entry && !(entry.Caller.ValidUntil <= _time.GetUtcNow()) ? entry : null;
        if (known?.BoundTo is { } to && !IsBoundTo(credentials.Certificate, to)) return CheckedCaller.Refused(BoundToAnother);
        if (known is null && allowance is not null && allowance.IsSpent(address, out var later)) return CheckedCaller.NotChecked(later);

        if (Parse(credentials, out var token) is { } reason) return CheckedCaller.Refused(reason);
        if (!_algorithms.Contains(token!.Algorithm, StringComparer.Ordinal)) return CheckedCaller.Refused("the token's algorithm is not among those that are accepted");
        if (!token.Claims.TryGetProperty("iss", out var issuer) || issuer.ValueKind != JsonValueKind.String || !issuer.ValueEquals(_options.Issuer)) return CheckedCaller.Refused("the token is of another issuer");

        var answer = await _keys.Get(false, cancellation).ConfigureAwait(false);
        if (answer.Keys is null) return CheckedCaller.Unavailable("the issuer's keys cannot be had, or are too old", answer.RetryAfter);
        var candidates = answer.Keys.Candidates(token.Algorithm, token.KeyId);
        if (candidates.Count == 0)
        {
            answer = await _keys.Get(true, cancellation).ConfigureAwait(false);
            if (answer.Keys is null) return CheckedCaller.Unavailable("the issuer's keys cannot be had, or are too old", answer.RetryAfter);
            candidates = answer.Keys.Candidates(token.Algorithm, token.KeyId);
            if (candidates.Count == 0) return CheckedCaller.Refused("no key of the issuer suits the token's kid and algorithm");
        }

        // Charged here and not at the beginning: those who wait for the issuer's keys together are not so many failures.
        if (known is null && allowance is not null && !allowance.TryTake(address, out later)) return CheckedCaller.NotChecked(later);
        var result = await _handler.ValidateTokenAsync(token.Text, Parameters(token, candidates)).ConfigureAwait(false);
        if (!result.IsValid)
        {
            if (known is not null)
            {
                _cache.Drop(known);
                allowance?.TryTake(address, out _);
            }
            return CheckedCaller.Refused(Describe(result.Exception));
        }
        if (ReadCaller(token, out var caller, out var bound) is { } problem) return CheckedCaller.Refused(problem);
        if (bound is not null && !IsBoundTo(credentials.Certificate, bound)) return CheckedCaller.Refused(BoundToAnother);
        if (known is null) allowance?.GiveBack(address);
        return CheckedCaller.Of(Keep(hash, caller!, bound, answer.Keys));
    }

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    string? Hash(Credentials credentials, byte[] hash) =>
        BearerHeader.TryRead(credentials.Authorization, _options.MaximumTokenBytes, out var text) is { } reason ? reason : _cache.TryHash(text, hash) ? null : "the token has characters that no token has";

    string? Parse(Credentials credentials, out SignedToken? token)
    {
        token = null;
        return BearerHeader.TryRead(credentials.Authorization, _options.MaximumTokenBytes, out var text) ?? SignedToken.TryParse(text, out token);
    }

    TokenValidationParameters Parameters(SignedToken token, List<SecurityKey> candidates) => new()
    {
        ValidIssuer = _options.Issuer,
        ValidAudiences = _options.Audiences,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        ValidAlgorithms = [token.Algorithm],
        IssuerSigningKeys = candidates,
        RequireSignedTokens = true,
        RequireExpirationTime = true,
        RequireAudience = true,
        ValidateIssuer = true,
        ValidateAudience = true,
        ValidateIssuerSigningKey = true,
        ValidateLifetime = true,
        // By this program's clock, and by the claims as they were read strictly.
        LifetimeValidator = (_, _, _, _) => IsInTime(token.Claims),
        LogValidationExceptions = false,
        IncludeTokenOnFailedValidation = false,
        SaveSigninToken = false,
    };

    bool IsInTime(JsonElement claims)
    {
        var now = _time.GetUtcNow();
        if (!TokenClaims.TryGetTime(claims, "exp", out var expires) || expires is null || now >= expires + _options.ClockSkew) return false;
        if (!TokenClaims.TryGetTime(claims, "nbf", out var notBefore) || notBefore - _options.ClockSkew > now) return false;
        if (!TokenClaims.TryGetTime(claims, "iat", out var issued) || issued - _options.ClockSkew > now) return false;
        return _options.MaximumLifetime is not { } longest || ((issued ?? notBefore) is { } begin && expires - begin <= longest);
    }

    string? ReadCaller(SignedToken token, out Caller? caller, out byte[]? bound)
    {
        caller = null;
        if (!TokenClaims.TryGetBinding(token.Claims, out bound)) return "the token is bound to something that cannot be checked";
        if (!token.Claims.TryGetProperty(_options.NameClaim, out var name) || name.ValueKind != JsonValueKind.String || !PlainName.IsPlain(name.GetString())) return "the token names nobody, or in a way that no log could show";
        TokenClaims.TryGetTime(token.Claims, "exp", out var expires);
        var (roles, permissions) = _roles.Of(token.Claims);
        caller = new() { Name = name.GetString()!, Kind = CallerKind.Token, Roles = roles, Permissions = permissions, ValidUntil = expires + _options.ClockSkew };
        return null;
    }

    Caller Keep(byte[] hash, Caller caller, byte[]? bound, KeySet keys)
    {
        caller = CachedCaller.KeepInstance(_cache.Find(hash)?.Caller, caller);
        var until = _time.GetUtcNow() + _known;
        _cache.Keep(new() { Hash = hash, Caller = caller, BoundTo = bound, Keys = keys, KnownUntil = caller.ValidUntil is { } end && end < until ? end : until });
        return caller;
    }

    static bool IsBoundTo(X509Certificate2? certificate, byte[] wanted)
    {
        Span<byte> hash = stackalloc byte[32];
        return certificate is not null && certificate.TryGetCertHash(HashAlgorithmName.SHA256, hash, out _) && CryptographicOperations.FixedTimeEquals(hash, wanted);
    }

    // The library's messages have parts of the token and of keys.
    static string Describe(Exception? failure) => failure switch
    {
        SecurityTokenInvalidLifetimeException or SecurityTokenExpiredException or SecurityTokenNotYetValidException or SecurityTokenNoExpirationException => "the token is expired, not yet valid, valid for too long, or does not say until when",
        SecurityTokenInvalidAudienceException => "the token is for another audience",
        SecurityTokenInvalidIssuerException => "the token is of another issuer",
        SecurityTokenInvalidAlgorithmException => "the token's algorithm is not among those that are accepted",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "the token's signature does not hold",
        null => "the token does not hold",
        _ => $"the token does not hold ({failure.GetType().Name})",
    };
}
