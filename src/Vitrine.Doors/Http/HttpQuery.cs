using Microsoft.AspNetCore.Http;
using Vitrine.Doors.Looks;

namespace Vitrine.Doors.Http;

/// <summary>The query parameters of Go's net/http/pprof.</summary>
static class HttpQuery
{
    public static LookQuery Of(HttpRequest request) => LookQuery.Of(name => First(request, name));

    /// <summary>The first value of a parameter; null when it is missing.</summary>
    public static string? First(HttpRequest request, string name) => request.Query.TryGetValue(name, out var values) && values is [{ } first, ..] ? first : null;
}
