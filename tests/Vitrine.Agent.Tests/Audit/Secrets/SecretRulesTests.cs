using Vitrine.Agent.Audit.Secrets;

namespace Vitrine.Agent.Tests.Audit.Secrets;

public sealed class SecretRulesTests
{
    [Theory]
    [InlineData("DB_PASSWORD", "hunter2hunter2")]
    [InlineData("DB_PASSWORD", "123456")]
    [InlineData("MYSQL_PWD", "secretly")]
    [InlineData("PGPASSWORD", "secretly")]
    [InlineData("STRIPE_SECRET", "abcdefgh1")]
    [InlineData("X_API_KEY", "0123456789abcdef")]
    [InlineData("Auth__SigningKey", "0123456789abcdef")]
    [InlineData("--token", "f00df00df00d")]
    [InlineData("ConnectionStrings__Default", "Server=db;Something")]
    public void Named_WhatHoldsASecret_IsFound(string name, string value) => Assert.NotNull(SecretRules.Named(name, value));

    [Theory]
    [InlineData("DB_PASSWORD_FILE", "/run/secrets/db")]
    [InlineData("DB_PASSWORD", "/run/secrets/db")]
    [InlineData("DB_PASSWORD", "")]
    [InlineData("DB_PASSWORD", "vault:kv/db#password")]
    [InlineData("DB_PASSWORD", "${DB_PASSWORD}")]
    [InlineData("TOKEN_TTL", "3600000000")]
    [InlineData("MAX_TOKENS", "16000000")]
    [InlineData("JWT_TOKEN_ISSUER", "https://login.example")]
    [InlineData("PWD", "/srv/checkout")]
    [InlineData("SSH_AUTH_SOCK", "/tmp/agent.1")]
    [InlineData("COMPASS", "north-north-west")]
    [InlineData("BYPASS", "enabled-for-all")]
    [InlineData("KEYBOARD", "us-international")]
    [InlineData("PATH", "/usr/bin:/bin")]
    [InlineData("REQUIRE_TOKEN", "true")]
    public void Named_WhatHoldsNone_IsNotFound(string name, string value) => Assert.Null(SecretRules.Named(name, value));

    // Each is put together here, so that no scanner of sources takes this file for a leak.
    [Theory]
    [InlineData("AK" + "IAIOSFODNN7EXAMPLE", "an access key of a cloud")]
    [InlineData("gh" + "p_0123456789abcdefghij0123456789abcdef", "a token of a known service")]
    [InlineData("ey" + "JhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl", "a JSON web token")]
    [InlineData("-----BEGIN RSA " + "PRIVATE KEY-----\nMIIE", "a private key")]
    [InlineData("postgres://app:hunter2" + "@db:5432/orders", "an address with a password in it")]
    [InlineData("Server=db;User Id=app;Password" + "=hunter2", "a connection string with a password in it")]
    [InlineData("Authorization: Bearer " + "abcdefgh12345678", "a bearer token")]
    public void Shape_OfASecret_IsNamed(string value, string kind) => Assert.Equal(kind, SecretRules.Shape(value));

    [Theory]
    [InlineData("https://example.com/path?x=1")]
    [InlineData("http://user@example.com/")]
    [InlineData("/usr/share/dotnet/shared/Microsoft.NETCore.App/10.0.0/libcoreclr.so")]
    [InlineData("a sentence with a bearer of news")]
    [InlineData("3f786850e387550fdab836ed7e6dc881de23001b")]
    public void Shape_OfSomethingElse_IsNull(string value) => Assert.Null(SecretRules.Shape(value));
}
