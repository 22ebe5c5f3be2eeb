using System.Text;
using Microsoft.AspNetCore.Http;

namespace Vitrine.AspNetCore.Access;

/// <summary>Answers as Go's net/http/pprof gives them (src/net/http/pprof/pprof.go).</summary>
static class PlainText
{
    public const string ContentType = "text/plain; charset=utf-8";

    /// <summary>An error that <c>go tool pprof</c> shows to its user: it does so when the answer has the header <c>X-Go-Pprof</c>.</summary>
    public static Task Error(HttpContext context, int status, string text)
    {
        var headers = context.Response.Headers;
        headers["X-Go-Pprof"] = "1";
        headers.Remove("Content-Disposition");
        context.Response.StatusCode = status;
        return Write(context, text + "\n");
    }

    /// <summary>Text.</summary>
    public static Task Write(HttpContext context, string text) => Write(context, Encoding.UTF8.GetBytes(text), ContentType);

    /// <summary>Bytes of some kind. Nobody keeps a copy, and no browser guesses what they are.</summary>
    public static Task Write(HttpContext context, ReadOnlyMemory<byte> bytes, string contentType)
    {
        var response = context.Response;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.ContentType = contentType;
        response.ContentLength = bytes.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(bytes, context.RequestAborted).AsTask();
    }
}
