// The frame of every page, and which address shows which page.
import { useEffect, useRef } from 'react';
import { Link, Route, Switch, useLocation } from 'wouter';

import { isEnded, useSession } from './checkout/session';
import { CartPage } from './pages/CartPage';
import { CheckoutPage } from './pages/CheckoutPage';
import { OrderPage } from './pages/OrderPage';
import { ProductListPage } from './pages/ProductListPage';
import { ProductPage } from './pages/ProductPage';
import { useCartToken, useOrderToken } from './token';
import { useTitle } from './ui/useTitle';

export function App() {
  const orderToken = useOrderToken();
  const main = useArrival();
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="bar">
        <Link href="/" className="brand">
          Demo Goods
        </Link>
        <CartLink />
      </header>
      <main id="main" tabIndex={-1} ref={main}>
        <Switch>
          <Route path="/" component={ProductListPage} />
          <Route path="/products/:slug">{({ slug }) => <ProductPage key={slug} slug={slug} />}</Route>
          <Route path="/cart" component={CartPage} />
          <Route path="/checkout" component={CheckoutPage} />
          <Route path="/order" component={OrderPage} />
          <Route component={NotFound} />
        </Switch>
      </main>
      <footer className="bar note">
        Example storefront of Checkstand. In the demo, the Stripe twin takes the payments: no money moves.
        {orderToken && <Link href="/order">Your last order</Link>}
      </footer>
    </>
  );
}

/** Another address without another page: the browser tells nobody, so this begins it at its top, and has it read out. */
function useArrival() {
  const [address] = useLocation();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(address);
  useEffect(() => {
    if (shown.current === address) return;
    shown.current = address;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [address]);
  return main;
}

function NotFound() {
  useTitle('Not found');
  return (
    <>
      <h1>Not found</h1>
      <Link href="/">To the shop</Link>
    </>
  );
}

function CartLink() {
  const token = useCartToken();
  // The same query as on the cart page: the cache has it, and keeps the number right after every mutation.
  const { session } = useSession(token);
  const count = session && session.state !== 'COMPLETED' && !isEnded(session) ? session.totalQuantity : 0;
  return (
    <Link href="/cart" className="button quiet">
      Cart <span className="count">{count}</span>
    </Link>
  );
}
