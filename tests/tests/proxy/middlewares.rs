use anyhow::{Result, ensure};

use crate::backend::{echo, gate, silent};
use crate::stage::stage;

#[test]
fn headers_of_requests_and_answers_are_changed() -> Result<()> {
    stage(|mut stage| {
        stage.container(
            "app",
            echo("app")?,
            &[
                ("proxy.app.middlewares.request.set_headers", "X-Set: one\nX-Replaced: ours"),
                ("proxy.app.middlewares.request.add_headers.X-Added", "two"),
                ("proxy.app.middlewares.request.hide_headers", "X-Hidden, Cookie"),
                ("proxy.app.middlewares.modify_response.set_headers.X-Frame-Options", "DENY"),
                ("proxy.app.middlewares.modify_response.hide_headers", "Server"),
            ],
        );
        let proxy = stage.start()?;
        let given = ["X-Hidden: x", "Cookie: a=b", "X-Replaced: theirs"];
        let answer = proxy.answers("app.test", "/", &given, |answer| answer.status == 200)?;
        for header in ["X-Set: one", "X-Replaced: ours", "X-Added: two"] {
            ensure!(answer.body.contains(header), "{header}: {answer:?}");
        }
        for header in ["X-Hidden", "Cookie", "theirs"] {
            ensure!(!answer.body.contains(header), "{header}: {answer:?}");
        }
        ensure!(answer.header("X-Frame-Options") == Some("DENY"), "{answer:?}");
        ensure!(answer.header("Server").is_none(), "{answer:?}");
        Ok(())
    })
}

#[test]
fn a_prefix_is_put_before_the_path() -> Result<()> {
    stage(|mut stage| {
        stage.container("app", echo("app")?, &[("proxy.app.middlewares.request.add_prefix", "/base")]);
        let proxy = stage.start()?;
        let answer = proxy.answers("app.test", "/x", &[], |answer| answer.status == 200)?;
        ensure!(answer.body.contains("GET /base/x HTTP"), "{answer:?}");
        Ok(())
    })
}

#[test]
fn who_may_ask_is_said_by_another_container() -> Result<()> {
    stage(|mut stage| {
        stage.container("app", echo("app")?, &[("proxy.app.middlewares.forward_auth", "{}")]);
        stage.container("login", gate()?, &[("proxy.aliases", "tinyauth"), ("proxy.exclude", "true")]);
        let proxy = stage.start()?;
        proxy.status("app.test", 401)?;
        proxy.status("tinyauth.test", 404)?;
        // What a client says of itself does not count.
        let given = ["Cookie: pass=1", "Remote-User: eve"];
        let answer = proxy.answers("app.test", "/", &given, |answer| answer.status == 200)?;
        ensure!(answer.body.contains("Remote-User: ann") && !answer.body.contains("eve"), "{answer:?}");
        Ok(())
    })
}

#[test]
fn who_is_not_in_the_list_is_refused() -> Result<()> {
    stage(|mut stage| {
        let at = echo("app")?;
        stage.container(
            "in",
            at,
            &[("proxy.in.middlewares.cidr_whitelist.allow", "10.0.0.0/8, 127.0.0.0/8")],
        );
        stage.container(
            "out",
            at,
            &[("proxy.out.middlewares.cidr_whitelist", "allow: [10.0.0.0/8]\nstatus: 418")],
        );
        let proxy = stage.start()?;
        proxy.served("in.test", "app")?;
        proxy.status("out.test", 418)
    })
}

#[test]
fn who_asks_too_often_is_refused() -> Result<()> {
    stage(|mut stage| {
        let limit = "average: 1\nburst: 1\nperiod: 1h";
        stage.container("app", echo("app")?, &[("proxy.app.middlewares.rate_limit", limit)]);
        let proxy = stage.start()?;
        proxy.served("app.test", "app")?;
        proxy.status("app.test", 429)
    })
}

#[test]
fn plain_requests_are_sent_to_https() -> Result<()> {
    stage(|mut stage| {
        stage.container("app", echo("app")?, &[("proxy.app.middlewares.redirectHTTP", "")]);
        let proxy = stage.start()?;
        let answer = proxy.answers("app.test", "/x", &[], |answer| answer.status == 301)?;
        ensure!(answer.header("Location") == Some("https://app.test/x"), "{answer:?}");
        Ok(())
    })
}

#[test]
fn an_answer_whose_headers_take_too_long_is_given_up() -> Result<()> {
    stage(|mut stage| {
        stage.container("app", silent()?, &[("proxy.app.response_header_timeout", "100ms")]);
        let proxy = stage.start()?;
        proxy.status("app.test", 504)
    })
}

#[test]
fn what_would_be_open_without_its_middleware_is_not_there() -> Result<()> {
    stage(|mut stage| {
        let at = echo("app")?;
        stage.container(
            "mistaken",
            at,
            &[("proxy.mistaken.middlewares.cidr_whitelist.allow", "10.0.0.0/80")],
        );
        stage.container("secret", at, &[("proxy.secret.middlewares.oidc.issuer_url", "https://login.test")]);
        stage.container("ruled", at, &[("proxy.ruled.rules", "- on: path /admin\n  do: error 403 no")]);
        stage.container("open", at, &[]);
        let proxy = stage.start()?;
        proxy.served("open.test", "app")?;
        for host in ["mistaken.test", "secret.test", "ruled.test"] {
            proxy.status(host, 404)?;
        }
        Ok(())
    })
}

#[test]
fn middlewares_are_in_the_order_of_their_priorities() -> Result<()> {
    stage(|mut stage| {
        // Both answer by themselves: the one that comes first is the one that is seen.
        let at = echo("app")?;
        let list = "allow: [10.0.0.0/8]\nstatus: 418\npriority: ";
        let before = format!("{list}1");
        let after = format!("{list}9");
        let redirect = "priority: 5";
        stage.container(
            "one",
            at,
            &[
                ("proxy.one.middlewares.cidr_whitelist", &before),
                ("proxy.one.middlewares.redirect_http", redirect),
            ],
        );
        stage.container(
            "two",
            at,
            &[
                ("proxy.two.middlewares.cidr_whitelist", &after),
                ("proxy.two.middlewares.redirect_http", redirect),
            ],
        );
        let proxy = stage.start()?;
        proxy.status("one.test", 418)?;
        proxy.status("two.test", 301)
    })
}
