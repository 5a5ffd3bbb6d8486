using System.Text;
using MultiAgentInfra.Clients.Blobs;

namespace MultiAgentInfra.Clients.Tests.Blobs;

public sealed class SharedKeySignatureTests
{
    private static readonly byte[] Key = Encoding.UTF8.GetBytes("a key of the tests");

    [Fact]
    public void The_documented_example_is_signed_as_documented()
    {
        // https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key#constructing-the-signature-string
        using var request = Request(HttpMethod.Get, "https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=metadata&timeout=20");
        request.Headers.Add("x-ms-version", "2015-02-21");
        request.Headers.Add("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT");

        Assert.Equal(
            "GET\n\n\n\n\n\n\n\n\n\n\n\nx-ms-date:Fri, 26 Jun 2015 23:39:12 GMT\nx-ms-version:2015-02-21\n/myaccount/mycontainer\ncomp:metadata\nrestype:container\ntimeout:20",
            SharedKeySignature.StringToSign(request, "myaccount"));
    }

    [Fact]
    public void Every_header_that_counts_has_its_line()
    {
        using var request = Request(HttpMethod.Put, "http://127.0.0.1:10000/account/container/name.json?comp=block&blockid=MDAwMDAx%3D%2B");
        request.Content = new ByteArrayContent(new byte[42]);
        request.Content.Headers.ContentMD5 = [1, 2, 3];
        request.Content.Headers.ContentType = new("text/plain") { CharSet = "utf-8" };
        request.Content.Headers.ContentEncoding.Add("gzip");
        request.Content.Headers.ContentLanguage.Add("en");
        request.Headers.TryAddWithoutValidation("If-Modified-Since", "Fri, 26 Jun 2015 23:39:12 GMT");
        request.Headers.TryAddWithoutValidation("If-Match", "\"a\"");
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        request.Headers.TryAddWithoutValidation("If-Unmodified-Since", "Sat, 27 Jun 2015 23:39:12 GMT");
        request.Headers.TryAddWithoutValidation("Range", "bytes=0-1");
        request.Headers.Add("X-MS-Meta-B", "  b  ");
        request.Headers.Add("x-ms-blob-type", "BlockBlob");
        request.Headers.Add("x-other", "no");

        Assert.Equal(
            "PUT\ngzip\nen\n42\nAQID\ntext/plain; charset=utf-8\n\nFri, 26 Jun 2015 23:39:12 GMT\n\"a\"\n*\nSat, 27 Jun 2015 23:39:12 GMT\nbytes=0-1\n"
            + "x-ms-blob-type:BlockBlob\nx-ms-meta-b:b\n/account/account/container/name.json\nblockid:MDAwMDAx=+\ncomp:block",
            SharedKeySignature.StringToSign(request, "account"));
    }

    [Fact]
    public void A_body_of_no_length_is_signed_as_nothing()
    {
        using var request = Request(HttpMethod.Put, "https://a.blob.core.windows.net/c/n");
        request.Content = new ByteArrayContent([]);

        Assert.StartsWith("PUT\n\n\n\n\n", SharedKeySignature.StringToSign(request, "a"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_signature_is_what_openssl_makes_of_it()
    {
        using var request = Request(HttpMethod.Get, "https://myaccount.blob.core.windows.net/mycontainer?restype=container&comp=metadata&timeout=20");
        request.Headers.Add("x-ms-version", "2015-02-21");
        request.Headers.Add("x-ms-date", "Fri, 26 Jun 2015 23:39:12 GMT");

        // printf '…' | openssl dgst -sha256 -mac HMAC -macopt 'key:a key of the tests' -binary | base64
        Assert.Equal("GN3tKfHxQflRKczJjwDaRqp9y2uxQ4QafuD3hQvneO4=", SharedKeySignature.Of(request, "myaccount", Key));
    }

    private static HttpRequestMessage Request(HttpMethod method, string url) => new(method, url);
}
